public import RPC

/// An alternative name of a certificate with its kind, as text: `DNS:line-1.plant`,
/// `URI:spiffe://plant/line-1`, `EMAIL:line-1@plant`.
public struct CertificateName: Sendable, Hashable {
  /// The text. Host names are in lower case (RFC 9525 §6.3 compares them that way).
  public let text: String

  /// Longest name, in characters: longer ones are no names that a person registers.
  public static let maximumLength = 256
  /// What a name must look like, as the rest of a sentence.
  public static let rule =
    "must be DNS:, URI: or EMAIL: and a name without wildcard, at most 256 visible ASCII characters"

  /// Reads a name; `nil` when it breaks ``rule``. A wildcard names nobody.
  public init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":"), text.index(after: colon) != text.endIndex,
      text.utf8.count <= Self.maximumLength,
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("*")
    else { return nil }
    switch text[..<colon] {
    case "DNS": self.text = "DNS:" + text[colon...].dropFirst().lowercased()
    case "URI", "EMAIL": self.text = text
    default: return nil
    }
  }

  /// A name of a certificate that was shown; `nil` for kinds that name no partner.
  public init?(_ name: PeerIdentity.Name) {
    switch name {
    case .dns(let host): self.init("DNS:" + host)
    case .uri(let uri): self.init("URI:" + uri)
    case .email(let address): self.init("EMAIL:" + address)
    case .address: return nil
    }
  }
}
