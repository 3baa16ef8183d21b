import ArgumentParser
import Foundation
import JSON
import RecordStore
import Values

/// A signed head as one line of JSON.
enum AuditHeadJSON {
  /// The most heads of a file: two years of one every ten minutes.
  static let maximumCount = 100_000
  /// The longest line.
  private static let maximumLineBytes = 1_024

  static func text(_ head: SignedAuditHead) -> String {
    JSONValue.object([
      "sequence": .int(head.sequence), "link": .string(head.link.description),
      "incarnation": .string(head.incarnation.description),
      "signedAtMicroseconds": .int(head.signedAt.microseconds), "keyID": .string(head.keyID),
      "signature": .string(Data(head.signature).base64EncodedString()),
    ]).text
  }

  /// The heads of a file, one on each line.
  static func read(_ path: String) throws -> [SignedAuditHead] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ValidationError("\(path) cannot be read")
    }
    let lines = data.split(separator: UInt8(ascii: "\n"))
    // Without one the log could have been cut off anywhere: that must not look like a proof.
    guard !lines.isEmpty else { throw ValidationError("\(path) holds no head") }
    guard lines.count <= maximumCount else {
      throw ValidationError("\(path) has more than \(maximumCount) heads")
    }
    return try lines.enumerated().map { index, line in
      guard line.count <= maximumLineBytes, let head = head(line) else {
        throw ValidationError(
          "\(path), line \(index + 1) is not a head as `millrace audit heads` prints them")
      }
      return head
    }
  }

  private static func head(_ line: Data) -> SignedAuditHead? {
    guard let value = try? JSONValue(parsing: line),
      let sequence = value["sequence"]?.intValue,
      let link = value["link"]?.stringValue.flatMap(AuditLink.init(hexadecimal:)),
      let incarnation = value["incarnation"]?.stringValue.flatMap(Identifier.init(hexadecimal:)),
      let signedAt = value["signedAtMicroseconds"]?.intValue,
      let keyID = value["keyID"]?.stringValue,
      let signature = value["signature"]?.stringValue.flatMap({ Data(base64Encoded: $0) })
    else { return nil }
    return SignedAuditHead(
      sequence: sequence, link: link, incarnation: Incarnation(incarnation),
      signedAt: Instant(microseconds: signedAt), keyID: keyID, signature: Array(signature))
  }
}
