import NIOCore
import Testing

@testable import RPC

@Suite struct `Message framing` {
  @Test func `finds messages however the bytes are cut`() throws {
    let texts = ["", "a", "hello", String(repeating: "x", count: 1_000)]
    let bytes = texts.flatMap { Frames.message($0) }
    for piece in [1, 2, 3, 5, 7, 64, 999, bytes.count] {
      var deframer = MessageDeframer(maximumMessageBytes: 1_000)
      var found: [String] = []
      for start in stride(from: 0, to: bytes.count, by: piece) {
        let end = min(bytes.count, start + piece)
        try feed(bytes[start..<end], &deframer) { found.append($0) }
      }
      #expect(found == texts, "pieces of \(piece)")
      #expect(!deframer.isInsideMessage)
    }
  }

  @Test func `knows that a message is incomplete`() throws {
    var deframer = MessageDeframer(maximumMessageBytes: 10)
    try feed([0, 0], &deframer) { _ in }
    #expect(deframer.isInsideMessage)
    try feed([0, 0, 3, 65], &deframer) { _ in }
    #expect(deframer.heldBytes >= 1)
  }

  @Test func `refuses a message over the limit by its prefix alone`() {
    var deframer = MessageDeframer(maximumMessageBytes: 10)
    let failure = #expect(throws: Status.self) {
      try feed([0, 0, 0, 0, 11], &deframer) { _ in }
    }
    #expect(failure?.code == .resourceExhausted)
  }

  @Test(arguments: [2, 255] as [UInt8])
  func `refuses a flag other than 0 and 1`(flag: UInt8) {
    var deframer = MessageDeframer(maximumMessageBytes: 10)
    let failure = #expect(throws: Status.self) {
      try feed([flag, 0, 0, 0, 0], &deframer) { _ in }
    }
    #expect(failure?.code == .internalError)
  }

  @Test func `writes what it reads, into buffers of any size`() {
    for size in [1, 3, 5, 6, 100] {
      var body = OutboundBody()
      for text in ["abc", "", "defgh"] { body.append(message: ByteBuffer(string: text)) }
      body.append(bytes: ByteBuffer(string: "plain"))
      var written: [UInt8] = []
      while body.byteCount > 0 {
        withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { buffer in
          let count = body.copy(into: buffer)
          written += Array(buffer[..<count])
        }
      }
      #expect(
        written == Frames.message("abc") + Frames.message("") + Frames.message("defgh")
          + Array("plain".utf8))
    }
  }

  private func feed(
    _ bytes: some Collection<UInt8>, _ deframer: inout MessageDeframer,
    _ emit: (String) -> Void
  ) throws(Status) {
    let result: Result<Void, Status> = Array(bytes).withUnsafeBytes { bytes in
      do throws(Status) {
        try deframer.feed(bytes) { message, _ in emit(String(buffer: message)) }
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }
}
