import JSON
public import Values

/// The partners of an installation and the digests of their API keys (`partners.json`).
///
/// ```json
/// {"partners": [{"id": "mes-line-1", "sites": ["PLANT1"], "roles": ["mes"],
///                "limits": {"callsPerSecond": 100, "burst": 200, "concurrentCalls": 200},
///                "keys": [{"id": "3f9c…", "secretSha256": "64 hexadecimal digits"}]}]}
/// ```
///
/// Written by `millrace key issue`, read by the Gateway. Unknown members are refused: a misspelt
/// one must not silently mean less than its writer thought.
public struct PartnersFile: Sendable, Hashable {
  /// The partners in the file's order; ids are unique, key ids are unique among all partners.
  public private(set) var partners: [Partner]

  /// Most partners: what one Gateway is meant for, see the limits test of the front.
  public static let maximumPartners = 10_000

  /// A file without partners.
  public init() { partners = [] }

  /// Adds a key to a partner, and the partner when it is new. Sites and roles are added to those it
  /// has; limits replace those it has.
  /// - Throws: ``PartnersFileError`` when a name, a site, a role or a bound is broken, or the key id
  ///   is taken.
  public mutating func add(
    _ key: PartnerKey, to partnerID: String, sites: [SiteCode], roles: [RoleName] = [.mes],
    limits: CallLimits? = nil
  ) throws(PartnersFileError) {
    var changed = partners
    if let index = changed.firstIndex(where: { $0.id == partnerID }) {
      let known = Set(changed[index].sites)
      changed[index].sites += sites.filter { !known.contains($0) }
      let granted = Set(changed[index].roles)
      changed[index].roles += roles.filter { !granted.contains($0) }
      if let limits { changed[index].limits = limits }
      changed[index].keys.append(key)
    } else {
      changed.append(
        Partner(
          id: partnerID, sites: sites, roles: roles, limits: limits ?? .standard, keys: [key]))
    }
    try Self.check(changed)
    partners = changed
  }
}

/// Why a partners file is not usable: where, and the rule that is broken.
public struct PartnersFileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The place, for example `partners[2].keys[0].id`; empty for the file as a whole.
  public let path: String
  /// What is wrong, without any part of a credential.
  public let rule: String
  /// The place and the rule, as one sentence.
  public var description: String { path.isEmpty ? rule : "\(path) \(rule)" }

  init(_ path: String, _ rule: String) {
    self.path = path
    self.rule = rule
  }
}

// MARK: - Reading and writing

extension PartnersFile {
  /// Reads and checks the whole file.
  /// - Throws: ``PartnersFileError`` with the first broken rule.
  public init(parsing bytes: some Sequence<UInt8>) throws(PartnersFileError) {
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes) } catch {
      throw PartnersFileError("", "is not JSON: \(error)")
    }
    let members = try Self.members(value, at: "", named: ["partners"])
    let list = try Self.list(members["partners"], at: "partners", maximum: Self.maximumPartners)
    var partners: [Partner] = []
    for (index, element) in list.enumerated() {
      partners.append(try Self.partner(element, at: "partners[\(index)]"))
    }
    try Self.check(partners)
    self.partners = partners
  }

  /// The file's content as JSON, ready to be written.
  public var serialized: [UInt8] {
    let list = partners.map { partner in
      JSONValue.object([
        "id": .string(partner.id),
        "sites": .array(partner.sites.map { .string($0.text) }),
        "roles": .array(partner.roles.map { .string($0.description) }),
        "limits": .object([
          "callsPerSecond": .int(partner.limits.callsPerSecond),
          "burst": .int(partner.limits.burst),
          "concurrentCalls": .int(partner.limits.concurrentCalls),
        ]),
        "keys": .array(
          partner.keys.map {
            .object([
              "id": .string($0.id), "secretSha256": .string($0.secretHash),
            ])
          }),
      ])
    }
    return JSONValue.object(["partners": .array(list)]).serialized + [UInt8(ascii: "\n")]
  }

  private static func partner(_ value: JSONValue, at path: String) throws(PartnersFileError)
    -> Partner
  {
    let members = try members(value, at: path, named: ["id", "sites", "roles", "limits", "keys"])
    let id = try text(members["id"], at: path + ".id")
    var sites: [SiteCode] = []
    let siteList = try list(members["sites"], at: path + ".sites", maximum: Partner.maximumSites)
    for (index, site) in siteList.enumerated() {
      sites.append(SiteCode(try text(site, at: path + ".sites[\(index)]")))
    }
    var roles: [RoleName] = []
    let roleList = try list(members["roles"], at: path + ".roles", maximum: Partner.maximumRoles)
    for (index, role) in roleList.enumerated() {
      roles.append(RoleName(try text(role, at: path + ".roles[\(index)]")))
    }
    var keys: [PartnerKey] = []
    let keyList = try list(members["keys"], at: path + ".keys", maximum: Partner.maximumKeys)
    for (index, key) in keyList.enumerated() {
      keys.append(try self.key(key, at: path + ".keys[\(index)]"))
    }
    let limits = try members["limits"].map { (value) throws(PartnersFileError) in
      try self.limits(value, at: path + ".limits")
    }
    return Partner(
      id: id, sites: sites, roles: roles, limits: limits ?? .standard, keys: keys)
  }

  /// Those that are absent are the standard ones.
  private static func limits(_ value: JSONValue, at path: String) throws(PartnersFileError)
    -> CallLimits
  {
    let members = try members(
      value, at: path, named: ["callsPerSecond", "burst", "concurrentCalls"])
    var limits = CallLimits.standard
    for (name, range, member) in [
      ("callsPerSecond", CallLimits.callsPerSecondRange, \CallLimits.callsPerSecond),
      ("burst", CallLimits.burstRange, \.burst),
      ("concurrentCalls", CallLimits.concurrentCallsRange, \.concurrentCalls),
    ] as [(String, ClosedRange<Int64>, WritableKeyPath<CallLimits, Int64>)] {
      guard let value = members[name] else { continue }
      guard let number = value.intValue, range.contains(number) else {
        throw PartnersFileError(
          "\(path).\(name)", "must be \(range.lowerBound) to \(range.upperBound)")
      }
      limits[keyPath: member] = number
    }
    return limits
  }

  private static func key(_ value: JSONValue, at path: String) throws(PartnersFileError)
    -> PartnerKey
  {
    let members = try members(value, at: path, named: ["id", "secretSha256"])
    let hashPath = path + ".secretSha256"
    let hash = try text(members["secretSha256"], at: hashPath)
    guard PartnerKey.isHash(hash) else {
      throw PartnersFileError(hashPath, "must be 64 lower-case hexadecimal digits")
    }
    return PartnerKey(id: try text(members["id"], at: path + ".id"), secretHash: hash)
  }

  private static func members(_ value: JSONValue, at path: String, named names: Set<String>)
    throws(PartnersFileError) -> [String: JSONValue]
  {
    guard let members = value.objectValue else {
      throw PartnersFileError(path, "must be an object")
    }
    if let unknown = members.keys.filter({ !names.contains($0) }).min() {
      let place = path.isEmpty ? "" : path + "."
      throw PartnersFileError(
        place + unknown, "is not known here; known are \(names.sorted().joined(separator: ", "))")
    }
    return members
  }

  private static func list(_ value: JSONValue?, at path: String, maximum: Int)
    throws(PartnersFileError) -> [JSONValue]
  {
    guard let elements = value?.arrayValue else { throw PartnersFileError(path, "must be a list") }
    guard elements.count <= maximum else {
      throw PartnersFileError(path, "must have at most \(maximum) entries")
    }
    return elements
  }

  private static func text(_ value: JSONValue?, at path: String) throws(PartnersFileError)
    -> String
  {
    guard let text = value?.stringValue else { throw PartnersFileError(path, "must be text") }
    return text
  }

  // MARK: Rules that hold however the partners came about

  private static func check(_ partners: [Partner]) throws(PartnersFileError) {
    guard partners.count <= maximumPartners else {
      throw PartnersFileError("partners", "must have at most \(maximumPartners) entries")
    }
    var partnerIDs: Set<String> = []
    var keyIDs: Set<String> = []
    for (index, partner) in partners.enumerated() {
      let path = "partners[\(index)]"
      try check(partner.id, Partner.idRule, at: path + ".id")
      guard partnerIDs.insert(partner.id).inserted else {
        throw PartnersFileError(path + ".id", "is used by another partner too")
      }
      try check(partner, at: path)
      for (keyIndex, key) in partner.keys.enumerated() {
        let keyPath = path + ".keys[\(keyIndex)].id"
        try check(key.id, PartnerKey.idRule, at: keyPath)
        guard keyIDs.insert(key.id).inserted else {
          throw PartnersFileError(keyPath, "is used by another key too")
        }
      }
    }
  }

  private static func check(_ partner: Partner, at path: String) throws(PartnersFileError) {
    guard (1...Partner.maximumSites).contains(partner.sites.count) else {
      throw PartnersFileError(path + ".sites", "must have 1 to \(Partner.maximumSites) entries")
    }
    guard Set(partner.sites).count == partner.sites.count else {
      throw PartnersFileError(path + ".sites", "must not name a site twice")
    }
    guard partner.keys.count <= Partner.maximumKeys else {
      throw PartnersFileError(path + ".keys", "must have at most \(Partner.maximumKeys) entries")
    }
    for (index, site) in partner.sites.enumerated() {
      try check(site.text, SiteCode.rule, at: path + ".sites[\(index)]")
    }
    guard (1...Partner.maximumRoles).contains(partner.roles.count) else {
      throw PartnersFileError(path + ".roles", "must have 1 to \(Partner.maximumRoles) entries")
    }
    guard Set(partner.roles).count == partner.roles.count else {
      throw PartnersFileError(path + ".roles", "must not name a role twice")
    }
    for (index, role) in partner.roles.enumerated() {
      try check(role.description, RoleName.rule, at: path + ".roles[\(index)]")
    }
  }

  private static func check(_ text: String, _ rule: TextRule, at path: String)
    throws(PartnersFileError)
  {
    if let violation = rule.violation(of: text) { throw PartnersFileError(path, violation) }
  }
}
