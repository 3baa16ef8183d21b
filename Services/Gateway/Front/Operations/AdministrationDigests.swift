import Identity
import RecordStore
import Values

/// What the audit log keeps of partners and credentials: digests of everything that counts.
extension Partner {
  var digest: [UInt8] {
    var digest = CanonicalDigest()
    add(to: &digest)
    digest.add(revision)
    return digest.bytes()
  }

  private func add(to digest: inout CanonicalDigest) {
    digest.add(name)
    digest.add(Int64(sites.count))
    for site in sites.map(\.text).sorted() { digest.add(site) }
    digest.add(Int64(roles.count))
    for role in roles.sorted() { digest.add(role.description) }
    digest.add(partnerCode)
    digest.add(limits.callsPerSecond)
    digest.add(limits.burst)
    digest.add(limits.concurrentCalls)
    digest.add(limits.callsPerDay)
    digest.add(isSuspended ? Int64(1) : 0)
  }
}

extension Credential {
  var digest: [UInt8] {
    var digest = CanonicalDigest()
    digest.add(id)
    digest.add(partner)
    switch shown {
    case .apiKey(let key): digest.add(key.bytes)
    case .certificate(let name): digest.add(name.text)
    case .token(let token):
      digest.add(token.issuer)
      digest.add(token.subject)
    }
    digest.add(createdAt.microseconds)
    digest.add(expiresAt?.microseconds)
    return digest.bytes()
  }

  /// As an auditor reads it.
  var auditObject: String { "credential \(id) of \(partner)" }
}
