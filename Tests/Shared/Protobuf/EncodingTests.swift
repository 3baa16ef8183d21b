import Protobuf
import TestContracts
import Testing

@Suite("Encoding") struct EncodingTests {
  private let message = Sample.V1.Confirmation.with {
    $0.site = "PLANT1"
    $0.header = .with {
      $0.sourceSystem = "mes"
      $0.sourceSequence = 42
    }
    $0.final = true
  }

  @Test func measuresWhatItWrites() throws {
    let bytes = try message.encoded()
    #expect(try message.encodedByteCount == bytes.count)
    let packed = try message.withPacked { packed in
      var buffer = [UInt8](repeating: 0xaa, count: packed.byteCount + 1)
      buffer.withUnsafeMutableBytes { packed.write(into: $0) }
      return buffer
    }
    #expect(packed == bytes + [0xaa])
  }

  @Test func writesToTheBeginningOfALargerBuffer() throws {
    let bytes = try message.encoded()
    var buffer = [UInt8](repeating: 0xaa, count: bytes.count + 3)
    let count = try buffer.withUnsafeMutableBytes { try message.encode(into: $0) }
    #expect(count == bytes.count)
    #expect(buffer == bytes + [0xaa, 0xaa, 0xaa])
  }

  @Test func refusesABufferThatIsTooSmallAndWritesNothing() throws {
    let count = try message.encodedByteCount
    var buffer = [UInt8](repeating: 0xaa, count: count - 1)
    #expect(throws: EncodingError.bufferTooSmall(byteCount: count, available: count - 1)) {
      try buffer.withUnsafeMutableBytes { try message.encode(into: $0) }
    }
    #expect(buffer.allSatisfy { $0 == 0xaa })
  }

  @Test func leavesOutWhatIsZeroOrAbsent() throws {
    #expect(try Sample.V1.Scalars().encoded().isEmpty)
    #expect(try Sample.V1.Optionals().encoded().isEmpty)
    #expect(try Sample.V1.Repeats().encoded().isEmpty)
    #expect(try Sample.V1.Maps().encoded().isEmpty)
    #expect(try Sample.V1.Choices().encoded().isEmpty)
    #expect(try Sample.V1.Nested.with { $0.inner = .init() }.encoded() == [0x0a, 0])
  }

  @Test func survivesNamesThatNeedCare() throws {
    let names = Sample.V1.Names.with {
      $0.default = "a"
      $0.class = "b"
      $0.init_p = "c"
      $0.self_p = "d"
      $0.final = true
      $0.description_p = "e"
      $0.imageURL = "f"
      $0.httpheader2Value = "g"
      $0.register = 1
      $0.in = 2
      $0.arena = "h"
      $0.message = "i"
      $0.c = ["j"]
      $0.switch = .case("k")
    }
    #expect(try Sample.V1.Names(decoding: names.encoded()) == names)
  }

  @Test func worksInManyTasksAtOnce() async throws {
    let expected = try message.encoded()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask {
          for _ in 0..<200 {
            let bytes = try message.encoded()
            let back = try Sample.V1.Confirmation(decoding: bytes)
            guard bytes == expected, back == message else { return false }
          }
          return true
        }
      }
      for try await same in group { #expect(same) }
    }
  }
}
