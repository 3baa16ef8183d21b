public import Contracts
public import Protobuf
public import RecordStore
public import Values

/// A checked request that makes or changes an object.
public struct ObjectWriteInput<Request: Message>: Sendable {
  /// The site.
  public let site: SiteCode
  /// By which it is recognised when it is said again.
  public let identity: WriteIdentity
  /// The header of a fact; `nil` of a command.
  public let header: CheckedFactHeader?
  /// The request in its canonical form (quantities, times), without what identifies it: what must be the same
  /// when the identity is.
  public var request: Request

  /// A command.
  public init(
    _ fields: inout Fields, command requestID: String, at site: String, _ request: Request
  ) {
    self.site = fields.site(site)
    identity = .command(
      site: self.site, requestID: fields.text(requestID, "request_id", Fields.requestIDRule))
    header = nil
    self.request = request
  }

  /// A fact.
  public init(
    _ fields: inout Fields, fact header: Common.V1.FactHeader?, at site: String, _ request: Request
  ) {
    self.init(&fields, fact: header, at: fields.site(site), request)
  }

  /// A fact at a site that was checked before.
  /// - Parameter owner: whose fact it is, where each owner numbers its own: what one of them says is then
  ///   never held against another one. Empty for facts of the site's own systems.
  public init(
    _ fields: inout Fields, fact header: Common.V1.FactHeader?, at site: SiteCode,
    of owner: String = "", _ request: Request
  ) {
    self.site = site
    let checked = fields.factHeader(header)
    let system = owner.isEmpty ? checked.sourceSystem : "\(owner)\n\(checked.sourceSystem)"
    identity = .fact(
      FactIdentity(site: site, sourceSystem: system, sourceEventID: checked.sourceEventID))
    self.header = checked
    self.request = request
  }
}

/// A write that makes or changes one object, which is the contract's message: all that such writes have in
/// common. Said again it is answered with the object as it is by then.
///
/// ```swift
/// struct ReviewNonconformance: ObjectWrite {
///   static let method = Quality.V1.QualityService.reviewNonconformance
///   let nonconformances: NonconformanceRecords
///   func site(of request: Request) -> String? { request.site }
///   func validate(_ request: Request, _ fields: inout Fields) -> Input { … every field … }
///   func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws -> Object { … or throws … }
///   func write(_ input: Input, _ before: Object?, fact: Identifier, _ transaction: Transaction, _ call: Call)
///     throws -> Object { … rules, records … }
///   func response(_ receipt: Common.V1.Receipt, _ object: Object, …) -> Response { … }
/// }
/// ```
public protocol ObjectWrite: IdentifiedWriteOperation where Input == ObjectWriteInput<Request> {
  /// What is made or changed.
  associatedtype Object: Message
  /// Whether it makes the object: then there is none before.
  static var makesObject: Bool { get }

  /// The object that the write is about.
  /// - Parameter fact: by which one that this write has made is found.
  /// - Throws: what says that there is none.
  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws -> Object

  /// Judges and writes; answers the object as it is then.
  /// - Parameter before: `nil` for a write that makes one.
  func write(
    _ input: Input, _ before: Object?, fact: Identifier, _ transaction: Transaction, _ call: Call
  ) throws -> Object

  /// The answer.
  func response(
    _ receipt: Common.V1.Receipt, _ object: Object, fact: Identifier, _ input: Input,
    _ snapshot: Snapshot
  ) throws -> Response

  /// What the audit log calls the object.
  func name(_ object: Object) -> String
}

extension ObjectWrite {
  /// The first rule of what is content.
  public static var contentScheme: Int { 1 }
  /// It changes one that is there.
  public static var makesObject: Bool { false }

  /// That of the input.
  public func identity(of input: Input) -> WriteIdentity { input.identity }

  /// Commands share one ledger, and so do facts: what is said belongs to the content.
  public func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    digest.add(Self.method.name)
    digest.add(input.request)
    digest.add(input.header?.sourceSequence)
    digest.add(input.header?.occurredAt.microseconds)
  }

  /// Finds, judges, writes.
  public func execute(
    _ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call
  ) throws -> Effect<Response> {
    let before = Self.makesObject ? nil : try object(input, fact: fact, transaction)
    let after = try write(input, before, fact: fact, transaction, call)
    return Effect(
      try response(.accepted, after, fact: fact, input, transaction),
      audit: AuditNote(
        object: "\(input.site) \(name(after))", correlation: input.header?.correlationID ?? "",
        digestBefore: before.map(Self.digest), digestAfter: Self.digest(after)))
  }

  /// The object as it is by now.
  public func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws -> Response
  {
    try response(
      .duplicate, object(input, fact: fact, snapshot), fact: fact, input, snapshot)
  }

  private static func digest(_ object: Object) -> [UInt8] {
    var digest = CanonicalDigest()
    digest.add(object)
    return digest.bytes()
  }
}
