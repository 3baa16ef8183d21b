import Contracts
import JSON
import Values

/// Credentials as people and scripts read them.
enum CredentialText {
  static func table(_ credentials: [Gateway.V1.Credential]) -> TextTable {
    var table = TextTable([
      ("credential", .left), ("partner", .left), ("shows", .left), ("made", .left),
      ("ends", .left),
    ])
    for credential in credentials {
      table.add([
        credential.credentialID, credential.partner, shown(credential),
        moment(credential.createdAt) ?? "", moment(credential.expiresAt) ?? "when revoked",
      ])
    }
    return table
  }

  static func json(_ credential: Gateway.V1.Credential) -> JSONValue {
    var members: [String: JSONValue] = [
      "credentialID": .string(credential.credentialID), "partner": .string(credential.partner),
      "shows": .string(shown(credential)),
      "createdAt": .string(moment(credential.createdAt) ?? ""),
    ]
    if let end = moment(credential.expiresAt) { members["expiresAt"] = .string(end) }
    return .object(members)
  }

  private static func shown(_ credential: Gateway.V1.Credential) -> String {
    switch credential.shown {
    case .apiKey: "API key"
    case .certificate(let certificate): "certificate \(certificate.name)"
    case .token(let token): "token of \(token.issuer) for \(token.subject)"
    case nil: "?"
    }
  }

  private static func moment(_ value: Google.ProtobufTypes.Timestamp?) -> String? {
    value.map { Instant(seconds: $0.seconds).description }
  }
}
