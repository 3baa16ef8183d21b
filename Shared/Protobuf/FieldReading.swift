package import CProtobufC

// What generated code uses to copy fields out of the structures that protobuf-c has unpacked.

/// The text of a string field, checked: protobuf-c takes any bytes.
package func readString(
  _ data: ProtobufCBinaryData, _ field: StaticString
) throws(DecodingError) -> String {
  guard data.len > 0 else { return "" }
  let bytes = UnsafeBufferPointer(start: data.data, count: data.len)
  do {
    return String(copying: try UTF8Span(validating: bytes.span))
  } catch {
    throw DecodingError.invalidUTF8(field: String(describing: field))
  }
}

/// The content of a bytes field.
package func readBytes(_ data: ProtobufCBinaryData) -> [UInt8] {
  [UInt8](UnsafeBufferPointer(start: data.data, count: data.len))
}

/// The numbers of a repeated field.
@inlinable
package func readNumbers<Number>(_ count: Int, _ start: UnsafePointer<Number>?) -> [Number] {
  [Number](UnsafeBufferPointer(start: start, count: count))
}

/// The elements of a repeated field, each converted by `read`.
@inlinable
package func readElements<Element, Value>(
  _ count: Int, _ start: UnsafePointer<Element>?,
  _ read: (Element) throws(DecodingError) -> Value
) throws(DecodingError) -> [Value] {
  var values: [Value] = []
  values.reserveCapacity(count)
  for element in UnsafeBufferPointer(start: start, count: count) {
    values.append(try read(element))
  }
  return values
}

/// The entries of a map field; of entries with the same key the last one counts.
@inlinable
package func readEntries<Entry, Key: Hashable, Value>(
  _ count: Int, _ start: UnsafePointer<UnsafeMutablePointer<Entry>?>?,
  _ read: (UnsafePointer<Entry>) throws(DecodingError) -> (Key, Value)
) throws(DecodingError) -> [Key: Value] {
  var values: [Key: Value] = [:]
  values.reserveCapacity(count)
  for entry in UnsafeBufferPointer(start: start, count: count) {
    let (key, value) = try read(UnsafePointer(entry!))
    values[key] = value
  }
  return values
}
