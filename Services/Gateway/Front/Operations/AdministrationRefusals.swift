import Identity
import ServiceKit

/// What the administration of partners refuses, beside wrong fields.
extension Refusals {
  /// NOT_FOUND: no partner of this name.
  static func partnerNotFound(_ name: String) -> Refusal {
    Refusal(
      .notFound, reason: "PARTNER_NOT_FOUND", "there is no partner \(name)",
      metadata: ["partner": name])
  }

  /// NOT_FOUND: no credential of this identifier.
  static func credentialNotFound(_ id: String) -> Refusal {
    Refusal(
      .notFound, reason: "CREDENTIAL_NOT_FOUND", "there is no credential \(id)",
      metadata: ["credential_id": id])
  }

  /// RESOURCE_EXHAUSTED: as many partners as a Gateway has room for.
  static let tooManyPartners = Refusal(
    .resourceExhausted, reason: "TOO_MANY_PARTNERS",
    "this Gateway has \(Partner.maximumCount) partners, and no room for more")

  /// FAILED_PRECONDITION: as many credentials as a partner may have.
  static let tooManyCredentials = Refusal(
    .failedPrecondition, reason: "TOO_MANY_CREDENTIALS",
    "the partner has \(Partner.maximumCredentials) credentials; revoke one first")

  /// FAILED_PRECONDITION: callers are not asked for certificates.
  static let certificatesNotTaken = Refusal(
    .failedPrecondition, reason: "CERTIFICATES_NOT_TAKEN",
    "this Gateway asks callers for no certificate; set clientCertificates in listen.tls of its configuration first"
  )

  /// FAILED_PRECONDITION: there would be nobody left to take the change back.
  static let lastAdministrator = Refusal(
    .failedPrecondition, reason: "LAST_ADMINISTRATOR",
    "nobody could administer this Gateway any more; make another administrator, or another key of this one, first"
  )

  /// ALREADY_EXISTS: another partner is let in by the same.
  static let credentialTaken = Refusal(
    .alreadyExists, reason: "CREDENTIAL_TAKEN",
    "another partner is known by this; revoke that credential first")
}
