import Protobuf
import TestContracts
import Testing

/// Small messages that would ask for much memory or stack.
@Suite("Bombs") struct BombTests {
  /// Two bytes on the wire, 48 as a C structure, more as a Swift value.
  private let emptyChoices = Wire().delimited(7)

  @Test func ofEmptyMessagesHitTheElementLimit() {
    let bomb = emptyChoices.repeated(2 << 20).bytes
    #expect(throws: DecodingError.tooManyElements(limit: 200_000)) {
      try Sample.V1.Everything(decoding: bomb)
    }
  }

  @Test func ofEmptyMessagesHitTheMemoryBudgetWhenTheElementLimitIsHigh() {
    let bomb = emptyChoices.repeated(1 << 20).bytes
    let limits = DecodingLimits(maximumElementCount: .max, arenaByteCount: 1 << 20)
    #expect(throws: DecodingError.tooMuchMemory(limit: 1 << 20)) {
      try Sample.V1.Everything(decoding: bomb, limits: limits)
    }
  }

  @Test func ofUnknownFieldsHitBothLimits() {
    let bomb = Wire().varint(1000, 0).repeated(300_000).bytes
    #expect(throws: DecodingError.tooManyElements(limit: 200_000)) {
      try Sample.V1.Empty(decoding: bomb)
    }
    let limits = DecodingLimits(maximumElementCount: .max, arenaByteCount: 1 << 20)
    #expect(throws: DecodingError.tooMuchMemory(limit: 1 << 20)) {
      try Sample.V1.Empty(decoding: bomb, limits: limits)
    }
  }

  @Test func ofMapEntriesHitTheElementLimit() {
    let bomb = Wire().delimited(1).repeated(300_000).bytes
    #expect(throws: DecodingError.tooManyElements(limit: 200_000)) {
      try Sample.V1.Maps(decoding: bomb)
    }
  }

  @Test func stayWithinTheBudgetExactly() throws {
    let bytes = emptyChoices.repeated(100).bytes
    var budget = 0
    var refused = 0
    // Grows the budget until the message fits: every way of running out must end cleanly.
    while true {
      do {
        let message = try Sample.V1.Everything(
          decoding: bytes, limits: DecodingLimits(arenaByteCount: budget))
        #expect(message.manyChoices.count == 100)
        break
      } catch DecodingError.tooMuchMemory(let limit) {
        #expect(limit == budget)
        refused += 1
        budget += 8
      }
    }
    #expect(refused > 100)
    #expect(budget < 100 * 200)
  }

  @Test func ofNestingInAnUnknownFieldAreSteppedOver() throws {
    // Each level is a field 1000 with everything so far in it: 60,000 levels in about 500 KB.
    var levels: [UInt8] = []
    var length = 0
    for _ in 0..<60_000 {
      let head = Wire.varint(1000 << 3 | 2) + Wire.varint(UInt64(length))
      levels += head.reversed()
      length += head.count
    }
    #expect(try Sample.V1.Nested(decoding: Array(levels.reversed())) == Sample.V1.Nested())
  }

  @Test func aLargeHonestMessagePasses() throws {
    let message = Sample.V1.Everything.with {
      $0.manyChoices = (0..<60_000).map { number in
        .with {
          $0.choice = .messageValue(.with { $0.number = Int32(number) })
          $0.after = "order \(number), and some more text"
        }
      }
    }
    let bytes = try message.encoded()
    #expect(bytes.count > 2 << 20)
    #expect(try Sample.V1.Everything(decoding: bytes) == message)
  }
}
