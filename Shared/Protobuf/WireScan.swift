import CProtobufC

/// One walk over the tags of a serialized message before protobuf-c unpacks it: it refuses by name
/// what protobuf-c would crash on, get wrong, or refuse without saying why.
struct WireScan {
  private let limits: DecodingLimits
  private var elementCount = 0

  init(limits: DecodingLimits) {
    self.limits = limits
  }

  /// Checks the message in `bytes`, with everything nested in it.
  mutating func scan(
    _ bytes: UnsafeRawBufferPointer, as type: UnsafePointer<ProtobufCMessageDescriptor>,
    depth: Int = 1
  ) throws(DecodingError) {
    guard depth <= limits.maximumDepth else { throw .tooDeep(limit: limits.maximumDepth) }
    var reader = WireReader(bytes)
    var seen = FieldSet()
    var expected = 0
    while !reader.isAtEnd {
      let tag = try reader.tag(in: type)
      guard let index = type.index(of: tag.number, expected: expected) else {
        try count()
        _ = try reader.value(tag.wireType, in: type)
        continue
      }
      expected = index
      let field = type.pointee.fields + index
      let value = try reader.value(tag.wireType, in: type)
      guard field.accepts(tag.wireType) else {
        throw .wrongWireType(field: type.fullName(of: field))
      }
      if field.pointee.label == PROTOBUF_C_LABEL_REPEATED {
        if field.isMessage || field.wireType == tag.wireType { try count() }
      } else if field.isMessage {
        try count()
        guard seen.insert(index) else {
          throw .duplicateField(field: type.fullName(of: field))
        }
      }
      if field.isMessage {
        try scan(value, as: field.messageType, depth: depth + 1)
      }
    }
  }

  private mutating func count() throws(DecodingError) {
    elementCount += 1
    guard elementCount <= limits.maximumElementCount else {
      throw .tooManyElements(limit: limits.maximumElementCount)
    }
  }
}

/// Which fields of a message have been seen. The first 64 take no memory of their own.
private struct FieldSet {
  private var first: UInt64 = 0
  private var others: Set<Int> = []

  /// Adds a field; false when it was there before.
  mutating func insert(_ index: Int) -> Bool {
    guard index < 64 else { return others.insert(index).inserted }
    let bit: UInt64 = 1 << UInt64(index)
    defer { first |= bit }
    return first & bit == 0
  }
}

extension UnsafePointer<ProtobufCMessageDescriptor> {
  /// The place of the field with that number among the message's fields. Encoders write fields in
  /// order, so that it is nearly always the one at `expected` or the one after it.
  fileprivate func index(of number: UInt32, expected: Int) -> Int? {
    let count = Int(pointee.n_fields)
    if expected < count, pointee.fields[expected].id == number { return expected }
    if expected + 1 < count, pointee.fields[expected + 1].id == number { return expected + 1 }
    guard let field = protobuf_c_message_descriptor_get_field(self, number) else { return nil }
    return field - pointee.fields
  }

  fileprivate func fullName(of field: UnsafePointer<ProtobufCFieldDescriptor>) -> String {
    "\(fullName).\(String(cString: field.pointee.name))"
  }

  /// The message's name in the contracts.
  var fullName: String { String(cString: pointee.name) }
}

extension UnsafePointer<ProtobufCFieldDescriptor> {
  fileprivate var isMessage: Bool { pointee.type == PROTOBUF_C_TYPE_MESSAGE }

  fileprivate var messageType: UnsafePointer<ProtobufCMessageDescriptor> {
    pointee.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
  }

  /// The wire type of one value of the field.
  fileprivate var wireType: WireType {
    switch pointee.type {
    case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: .fixed64
    case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: .fixed32
    case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: .lengthDelimited
    default: .varint
    }
  }

  /// Repeated numbers may come packed or not, however they are declared.
  fileprivate func accepts(_ wireType: WireType) -> Bool {
    wireType == self.wireType
      || (wireType == .lengthDelimited && pointee.label == PROTOBUF_C_LABEL_REPEATED)
  }
}
