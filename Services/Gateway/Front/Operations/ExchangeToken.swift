import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `Exchange`: an in-plant token for the credential of the call.
struct ExchangeToken: WriteOperation {
  static let method = Gateway.V1.TokenService.exchange

  let tokens: InPlantTokens

  private static let audienceRule = TextRule(maximumLength: 64, characters: .code)
  private static let shortestSeconds: Int64 = 60

  struct Input: Sendable {
    var audience: String
    var lifetimeSeconds: Int64
  }

  func site(of request: Gateway.V1.ExchangeRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.ExchangeRequest, _ fields: inout Fields) -> Input {
    let longest = TokenProfile.inPlant.maximumLifetimeSeconds
    let seconds =
      request.lifetimeSeconds == 0
      ? longest
      : fields.number(
        request.lifetimeSeconds, "lifetime_seconds", Self.shortestSeconds...longest)
    return Input(
      audience: fields.text(request.audience, "audience", Self.audienceRule),
      lifetimeSeconds: seconds)
  }

  func execute(_ input: Input, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Gateway.V1.ExchangeResponse>
  {
    guard let certificate = call.certificateDigest else { throw Refusals.certificateRequired }
    let paths = tokens.paths(of: call.principal, for: input.audience)
    guard !paths.isEmpty else { throw Refusals.audienceNotGranted(input.audience) }
    let now = Instant(seconds: transaction.now.microseconds / Instant.microsecondsPerSecond)
    let end = try CredentialRecords.find(call.principal.credential, transaction)?.expiresAt
    let longest = now.advanced(seconds: input.lifetimeSeconds)
    let expiresAt = end.map { min($0, longest) } ?? longest
    let token = try tokens.signer.inPlantToken(
      for: call.principal, audience: input.audience,
      binding: TokenBinding(certificate: certificate, paths: paths, issuedAt: now),
      expiresAt: expiresAt)
    let response = Gateway.V1.ExchangeResponse.with {
      $0.token = token
      $0.expiresAt = .init(expiresAt)
      $0.methods = paths.map { String($0.dropFirst()) }.sorted()
    }
    let note = AuditNote(
      object: "token of \(call.principal.credential) for \(input.audience) until \(expiresAt)")
    return Effect(response, audit: note)
  }
}
