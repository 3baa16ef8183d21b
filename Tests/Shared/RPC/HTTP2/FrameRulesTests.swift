import Environment
import Seeds
import Testing

@testable import RPC

@Suite struct `A frame head reader` {
  @Test func `finds every head, wherever the bytes are cut`() {
    let bytes =
      Frames.preface + Frames.settings((4, 1)) + Frames.get(stream: 1)
      + Frames.priority(stream: 3, on: 0x8000_0005) + Frames.frame(type: 2, stream: 7, [1])
      + Frames.data(stream: 0x8000_0001, Frames.zeros(300)) + Frames.settingsAcknowledgement
    let whole = heads(bytes, pieces: bytes.count)
    #expect(whole.map(\.type) == [4, 1, 2, 2, 0, 4])
    #expect(whole.map(\.stream) == [0, 1, 3, 7, 1, 0])
    #expect(whole.map(\.dependency) == [nil, nil, 5, nil, nil, nil])
    #expect(whole.map(\.length).dropFirst(2) == [5, 1, 300, 0])
    for length in 1..<60 { #expect(heads(bytes, pieces: length) == whole, "pieces of \(length)") }
  }

  private func heads(_ bytes: [UInt8], pieces length: Int) -> [FrameHead] {
    var reader = FrameHeadReader(skipping: Frames.preface.count)
    var found: [FrameHead] = []
    for start in stride(from: 0, to: bytes.count, by: length) {
      Array(bytes[start..<min(start + length, bytes.count)]).withUnsafeBytes { piece in
        var offset = 0
        while let next = reader.next(in: piece, from: &offset) { found.append(next.head) }
      }
    }
    return found
  }
}

@Suite struct `Frame rules` {
  @Test func `say where the first wrong frame starts`() {
    let right = Frames.get(stream: 5) + Frames.data(stream: 9, [1, 2, 3])
    let bytes = right + Frames.get(stream: 3) + Frames.get(stream: 7)
    for cut in 0...bytes.count {
      var rules = FrameRules(prefaceBytes: 0)
      let breaches = [Array(bytes[..<cut]), Array(bytes[cut...])].map { piece in
        piece.withUnsafeBytes { rules.firstBreach(in: $0) }
      }
      // Where the head itself is cut, some of it has been let through: it is no frame yet.
      let offset =
        cut >= right.count + 9 ? right.count : max(0, right.count - cut)
      let breach = cut >= right.count + 9 ? breaches[0] : breaches[1]
      #expect(breach?.offset == offset, "cut at \(cut)")
      #expect(breach?.error == .protocolError, "cut at \(cut)")
    }
  }
}

@Suite struct `A history of streams` {
  /// What a history of unlimited memory would know.
  private struct Model {
    var newest: UInt32 = 0
    var ended: [UInt32: Bool] = [:]

    mutating func take(_ stream: UInt32, isHeaders: Bool, endsStream: Bool) -> HTTP2ErrorCode? {
      if isHeaders, stream > newest {
        newest = stream
      } else if stream > newest || newest - stream >= 128 {
        return nil
      } else if ended[stream] != false {
        return ended[stream] == nil && isHeaders ? .protocolError : .streamClosed
      }
      ended[stream] = endsStream
      return nil
    }
  }

  @Test func `answers as one that forgets nothing, for the newest 64 streams`() {
    var generator = TestSeed(of: "histories of streams").generator()
    for _ in 0..<200 {
      var history = StreamHistory()
      var model = Model()
      for step in 0..<200 {
        let reach = UInt32([4, 40, 400].randomElement(using: &generator) ?? 4)
        let lowest = model.newest > reach ? model.newest - reach : 0
        let stream = UInt32.random(in: lowest...model.newest + reach / 2, using: &generator) | 1
        let endsStream = Bool.random(using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0:
          history.takeReset(stream)
          if model.ended[stream] == false { model.ended[stream] = true }
        case 1, 2:
          let expected = model.take(stream, isHeaders: false, endsStream: endsStream)
          #expect(
            history.takeData(stream, endsStream: endsStream) == expected, "step \(step)")
        default:
          let expected = model.take(stream, isHeaders: true, endsStream: endsStream)
          #expect(
            history.takeHeaders(stream, endsStream: endsStream) == expected, "step \(step)")
        }
      }
    }
  }

  @Test func `knows nothing of the server's streams and of idle ones`() {
    var history = StreamHistory()
    #expect(history.takeHeaders(9, endsStream: true) == nil)
    #expect(history.takeHeaders(2, endsStream: true) == nil)
    #expect(history.takeHeaders(0, endsStream: true) == nil)
    #expect(history.takeData(0, endsStream: true) == nil)
    #expect(history.takeData(8, endsStream: true) == nil)
    #expect(history.takeData(11, endsStream: true) == nil)
    #expect(history.takeHeaders(0x7FFF_FFFF, endsStream: false) == nil)
    #expect(history.takeData(0x7FFF_FFFF, endsStream: true) == nil)
    #expect(history.takeData(0x7FFF_FFFF, endsStream: true) == .streamClosed)
  }
}
