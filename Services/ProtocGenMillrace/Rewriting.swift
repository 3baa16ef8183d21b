import SwiftProtobuf

/// The descriptors as `protoc-c` must see them, on the wire the same messages:
///
/// - strings become bytes: C strings end at the first NUL and are not checked for UTF-8;
/// - `optional` becomes the oneof with one member that it is underneath: protoc-c refuses the word;
/// - map entries become the plain messages that they are on the wire;
/// - repeated numbers are packed by name, as proto3 packs them by default;
/// - services are left out: their C code is for protobuf-c's own RPC.
func rewritten(_ set: Google_Protobuf_FileDescriptorSet) -> Google_Protobuf_FileDescriptorSet {
  var set = set
  for index in set.file.indices {
    set.file[index].service = []
    set.file[index].clearSourceCodeInfo()
    for message in set.file[index].messageType.indices {
      rewrite(&set.file[index].messageType[message])
    }
  }
  return set
}

private func rewrite(_ message: inout Google_Protobuf_DescriptorProto) {
  message.options.clearMapEntry()
  for index in message.field.indices {
    rewrite(&message.field[index])
  }
  for index in message.nestedType.indices {
    rewrite(&message.nestedType[index])
  }
}

private func rewrite(_ field: inout Google_Protobuf_FieldDescriptorProto) {
  if field.type == .string { field.type = .bytes }
  field.clearProto3Optional()
  let isNumber = field.type != .bytes && field.type != .message
  if field.label == .repeated, isNumber, !field.options.hasPacked {
    field.options.packed = true
  }
}
