import Environment
import Foundation
import Protobuf
import Seeds
import SwiftProtobuf
import TestContracts
import Testing

/// Random messages through Millrace's codec and through SwiftProtobuf's. MILLRACE_TEST_SEED=N
/// repeats a run; MILLRACE_CODEC_ROUNDS=N makes it longer.
@Suite("Against SwiftProtobuf") struct DifferentialTests {
  /// The work in parts that go on side by side, so that every core has some.
  private static let parts: Range<UInt64> = 0..<8
  private static let seed = TestSeed(of: "messages for both codecs")

  /// Messages of a part: 100,000 in all.
  private let rounds =
    (ProcessInfo.processInfo.environment["MILLRACE_CODEC_ROUNDS"].flatMap { Int($0) } ?? 100_000)
    / parts.count

  private func inParts(_ body: @escaping @Sendable (_ part: UInt64) throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for part in Self.parts { group.addTask { try body(part) } }
      try await group.waitForAll()
    }
  }

  @Test func randomMessagesMeanTheSameInBothDirections() async throws {
    try await inParts(compareRandomMessages)
  }

  @Sendable private func compareRandomMessages(part: UInt64) throws {
    var random = Self.seed.generator(part: part)
    for round in 0..<rounds {
      let ours = random.everything()
      let theirs = OracleEverything(ours)
      let theirBytes: [UInt8] = try theirs.serializedBytes()
      let ourBytes = try ours.encoded()
      try #require(
        try Sample.V1.Everything(decoding: theirBytes) == ours,
        "reading theirs, round \(round), part \(part)")
      try #require(
        try OracleEverything(serializedBytes: ourBytes) == theirs,
        "writing ours, round \(round), part \(part)")
    }
  }

  @Test func damagedMessagesNeverMeanSomethingElse() async throws {
    try await inParts(compareDamagedMessages)
  }

  @Sendable private func compareDamagedMessages(part: UInt64) throws {
    var random = Self.seed.generator(part: part)
    let rounds = rounds / 10
    var accepted = 0
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    for round in 0..<rounds {
      let bytes = damaged(try random.everything().encoded(), &random)
      guard let ours = try? Sample.V1.Everything(decoding: bytes) else { continue }
      accepted += 1
      let theirs: OracleEverything
      do {
        theirs = try OracleEverything(serializedBytes: bytes, options: options)
      } catch BinaryDecodingError.invalidUTF8 {
        // They check a string that a later value of the same field or oneof replaces; we only
        // check what is read.
        continue
      }
      try #require(
        same(OracleEverything(ours), theirs), "round \(round), part \(part)")
    }
    // Enough of both, or the test tests nothing.
    #expect(accepted > rounds / 50)
    #expect(accepted < rounds)
  }

  /// NaN differs from itself; the same NaN on the wire does not.
  private func same(_ one: OracleEverything, _ other: OracleEverything) -> Bool {
    if one == other { return true }
    return "\(one)" == "\(other)"
  }

  /// One to three small injuries: a changed byte, a lost piece, a piece twice, the rest cut off.
  private func damaged(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
      switch Int.random(in: 0..<5, using: &random) {
      case 0, 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }
}
