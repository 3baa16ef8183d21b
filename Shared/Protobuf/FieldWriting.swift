package import CProtobufC

// What generated code uses to lay out fields as the structures that protobuf-c packs. The arena of
// an encoder has no budget: the values are ours and in memory already.

extension Arena {
  /// Uninitialized memory. An encoder's arena fails only when the process is out of memory.
  package mutating func make(_ byteCount: Int) -> UnsafeMutableRawPointer {
    guard let memory = allocate(byteCount) else { preconditionFailure("out of memory") }
    return memory
  }

  /// Memory for `count` values.
  @inlinable
  package mutating func makeArray<Value>(
    _ type: Value.Type, _ count: Int
  ) -> UnsafeMutablePointer<Value> {
    make(count * MemoryLayout<Value>.stride).bindMemory(to: type, capacity: count)
  }

  /// A string field.
  package mutating func write(_ string: String) -> ProtobufCBinaryData {
    var string = string
    return string.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
  }

  /// A bytes field.
  package mutating func write(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    bytes.withUnsafeBytes { copy($0) }
  }

  /// A repeated field of numbers.
  @inlinable
  package mutating func writeNumbers<Number>(
    _ numbers: [Number]
  ) -> UnsafeMutablePointer<Number>? {
    guard !numbers.isEmpty else { return nil }
    let start = makeArray(Number.self, numbers.count)
    numbers.withUnsafeBufferPointer {
      start.initialize(from: $0.baseAddress!, count: numbers.count)
    }
    return start
  }

  /// A repeated field whose elements `write` lays out.
  @inlinable
  package mutating func writeElements<Elements: Collection, Element>(
    _ elements: Elements, _ write: (Elements.Element, inout Arena) -> Element
  ) -> UnsafeMutablePointer<Element>? {
    guard !elements.isEmpty else { return nil }
    let start = makeArray(Element.self, elements.count)
    var next = start
    for element in elements {
      next.initialize(to: write(element, &self))
      next += 1
    }
    return start
  }

  private mutating func copy(_ bytes: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
    guard let source = bytes.baseAddress, bytes.count > 0 else {
      return ProtobufCBinaryData(len: 0, data: nil)
    }
    let start = make(bytes.count)
    start.copyMemory(from: source, byteCount: bytes.count)
    return ProtobufCBinaryData(
      len: bytes.count, data: start.assumingMemoryBound(to: UInt8.self))
  }
}
