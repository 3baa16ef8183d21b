import Contracts
import Identity
import Protobuf
import ServiceKit
import Values

/// Partners and credentials as the contract says them.
extension Gateway.V1.Partner {
  init(_ partner: Partner) {
    self.init()
    name = partner.name
    sites = partner.sites.map(\.text).sorted()
    roles = partner.roles.map(\.description).sorted()
    partnerCode = partner.partnerCode
    limits = .with {
      $0.callsPerSecond = partner.limits.callsPerSecond
      $0.burst = partner.limits.burst
      $0.concurrentCalls = partner.limits.concurrentCalls
      $0.callsPerDay = partner.limits.callsPerDay ?? 0
    }
    suspended = partner.isSuspended
    revision = partner.revision
  }
}

extension Gateway.V1.Credential {
  init(_ credential: Credential) {
    self.init()
    credentialID = credential.id
    partner = credential.partner
    shown =
      switch credential.shown {
      case .apiKey: .apiKey(.init())
      case .certificate(let name): .certificate(.with { $0.name = name.text })
      case .token(let token):
        .token(
          .with {
            $0.issuer = token.issuer
            $0.subject = token.subject
          })
      }
    createdAt = .init(credential.createdAt)
    expiresAt = credential.expiresAt.map { .init($0) }
  }
}

extension Fields {
  /// A partner that is put.
  mutating func partner(
    _ value: Gateway.V1.Partner?, _ field: String, roles known: Set<RoleName>
  ) -> Partner? {
    guard let value else {
      reject(field, "is required")
      return nil
    }
    return inside(field) { fields in
      Partner(
        name: fields.text(value.name, "name", Partner.nameRule), sites: fields.sites(value.sites),
        roles: fields.roles(value.roles, known: known),
        partnerCode: fields.optionalText(
          value.partnerCode, "partner_code", Partner.partnerCodeRule),
        limits: fields.limits(value.limits), isSuspended: value.suspended)
    }
  }

  private mutating func sites(_ values: [String]) -> Set<SiteCode> {
    let sites = each(values, "sites", atMost: Principal.maximumSites) { fields, site in
      fields.site(site, "")
    }
    if values.isEmpty { reject("sites", "is required") }
    if Set(sites).count != sites.count { reject("sites", "must not name a site twice") }
    return Set(sites)
  }

  private mutating func roles(_ values: [String], known: Set<RoleName>) -> Set<RoleName> {
    let roles = each(values, "roles", atMost: Principal.maximumRoles) { fields, value in
      let role = RoleName(fields.text(value, "", RoleName.rule))
      if RoleName.rule.violation(of: value) == nil, !known.contains(role) {
        let names = known.sorted().map(\.description).joined(separator: ", ")
        fields.reject("", "is no role; there are \(names)")
      }
      return role
    }
    if values.isEmpty { reject("roles", "is required") }
    if Set(roles).count != roles.count { reject("roles", "must not name a role twice") }
    return Set(roles)
  }

  /// What is absent, or 0, stands for the default.
  private mutating func limits(_ value: Gateway.V1.CallLimits?) -> CallLimits {
    guard let value else { return .standard }
    return inside("limits") { fields in
      let standard = CallLimits.standard
      return CallLimits(
        callsPerSecond: fields.number(
          value.callsPerSecond, "calls_per_second", CallLimits.callsPerSecondRange,
          default: standard.callsPerSecond),
        burst: fields.number(
          value.burst, "burst", CallLimits.burstRange, default: standard.burst),
        concurrentCalls: fields.number(
          value.concurrentCalls, "concurrent_calls", CallLimits.concurrentCallsRange,
          default: standard.concurrentCalls),
        callsPerDay: value.callsPerDay == 0
          ? nil : fields.number(value.callsPerDay, "calls_per_day", CallLimits.callsPerDayRange))
    }
  }

  private mutating func number(
    _ value: Int64, _ field: String, _ range: ClosedRange<Int64>, default standard: Int64
  ) -> Int64 { value == 0 ? standard : number(value, field, range) }

  /// When a credential ends: in the future, or not at all.
  mutating func credentialEnd(_ value: Google.ProtobufTypes.Timestamp?) -> Instant? {
    optionalTime(value, "expires_at", now...Self.latest)
  }

  /// The certificate or the token that a partner will show.
  mutating func shown(_ value: Gateway.V1.RegisterCredentialRequest.OneOf_Shown?)
    -> Credential.Shown?
  {
    switch value {
    case .certificate(let certificate):
      let name = CertificateName(certificate.name)
      if name == nil { reject("certificate.name", CertificateName.rule) }
      return name.map { .certificate($0) }
    case .token(let token):
      return inside("token") { fields in
        .token(
          TokenSubject(
            issuer: fields.text(token.issuer, "issuer", TokenSubject.rule),
            subject: fields.text(token.subject, "subject", TokenSubject.rule)))
      }
    case nil:
      reject("certificate", "or token is required")
      return nil
    }
  }
}
