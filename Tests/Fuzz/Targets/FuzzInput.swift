/// The bytes of one input, taken from the front. What is missing at the end is zero or empty, so
/// that every input means something.
struct FuzzInput {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: UnsafeRawBufferPointer) { rest = ArraySlice(bytes) }

  /// The next byte.
  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// As many bytes as that, or what is left of them.
  mutating func take(_ count: Int) -> [UInt8] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  /// Everything that is left.
  mutating func remaining() -> [UInt8] { take(rest.count) }
}

/// How the bytes of a connection are brought: taken from the first byte of an input.
struct Delivery {
  /// Nothing comes before the input's own bytes: no preface, no settings.
  let isRaw: Bool
  /// The socket takes nothing while the second third of the pieces comes.
  let isStalled: Bool
  /// Some seconds pass after each piece.
  let isSlow: Bool
  /// The longest piece, in bytes.
  let pieceBytes: Int

  /// Pieces that end within a frame's head, just behind it, or anywhere; and all at once.
  private static let pieceSizes = [Int.max, 1, 2, 3, 5, 8, 9, 10, 17, 64, 100, 1_000]

  init(_ options: UInt8) {
    isRaw = options & 1 != 0
    isStalled = options & 2 != 0
    isSlow = options & 4 != 0
    pieceBytes = Self.pieceSizes[Int(options >> 4) % Self.pieceSizes.count]
  }

  /// The bytes in their pieces.
  func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    guard pieceBytes < bytes.count else { return [bytes[...]] }
    return stride(from: 0, to: bytes.count, by: pieceBytes).map {
      bytes[$0..<min(bytes.count, $0 + pieceBytes)]
    }
  }
}
