public import Identity
public import ServiceKit

/// Issues in-plant tokens: what `TokenService` offers.
public struct InPlantTokens: Sendable {
  let signer: PrincipalSigner
  private let authorizer: Authorizer
  private let pathPrefixes: [String: String]

  /// Tokens for these services.
  /// - Parameter authorizer: says which methods are in a token.
  public init(signer: PrincipalSigner, authorizer: Authorizer, destinations: [Destination]) {
    self.signer = signer
    self.authorizer = authorizer
    pathPrefixes = Dictionary(
      uniqueKeysWithValues: destinations.map { ($0.audience, $0.pathPrefix) })
  }

  /// What `TokenService` offers.
  public var routes: [Route] {
    [.write(ExchangeToken(tokens: self)), .write(RevokeInPlantTokens())]
  }

  /// What a principal may call of a service; nothing when there is no such service.
  func paths(of principal: Principal, for audience: String) -> Set<String> {
    pathPrefixes[audience].map { authorizer.paths(of: principal, beginningWith: $0) } ?? []
  }
}
