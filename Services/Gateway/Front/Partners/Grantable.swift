public import Identity

/// What there is for partners to be given. What is not among it is a mistake in the typing, and is
/// refused before somebody wonders why a partner can't call.
public struct Grantable: Sendable {
  /// The roles.
  public let roles: Set<RoleName>
  /// The issuers whose tokens are believed.
  public let issuers: Set<String>
  /// Whether callers are asked for a certificate.
  public let takesCertificates: Bool

  /// What there is.
  public init(
    roles: Set<RoleName>, issuers: Set<String>, takesCertificates: Bool
  ) {
    self.roles = roles
    self.issuers = issuers
    self.takesCertificates = takesCertificates
  }
}
