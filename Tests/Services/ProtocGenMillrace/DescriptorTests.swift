import Foundation
import SwiftProtobuf
import Testing

/// What reflection gives away is what protoc has made, not what the C side is generated from.
@Suite("The generator embeds descriptors") struct DescriptorTests {
  private let contract = """
    syntax = "proto3";
    package millrace.sample.v1;
    // A comment that is not embedded.
    message Thing {
      // A JSON name that needs escapes in C: quotes, a backslash, question marks, UTF-8.
      string name = 1 [json_name = "\\"a\\\\b??/\\303\\2749"];
      optional int32 number = 2;
      map<string, Thing.Part> parts = 3;
      repeated int32 counts = 4;
      message Part { string name = 1; }
      enum Kind { KIND_UNSPECIFIED = 0; }
    }
    service ThingService {
      rpc Get(Thing) returns (Thing);
    }
    """

  /// The bytes of the one array in a C source: its literals one after the other.
  private func bytes(inC source: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for line in source.split(separator: "\n") where line.hasPrefix("  \"") {
      let text = Array(try #require(line.wholeMatch(of: #/  "(.*)";?/#)).1.utf8)
      var index = 0
      while index < text.count {
        guard text[index] == UInt8(ascii: "\\") else {
          bytes.append(text[index])
          index += 1
          continue
        }
        let octal = text[(index + 1)...].prefix(3).filter { (0x30...0x37).contains($0) }
        if octal.count == 3 {
          bytes.append(octal.reduce(0) { $0 << 3 | ($1 - 0x30) })
          index += 4
        } else {
          bytes.append(text[index + 1])
          index += 2
        }
      }
    }
    return bytes
  }

  private func protocsDescriptor() throws -> Google_Protobuf_FileDescriptorProto {
    try withTemporaryFolder { folder in
      try contract.write(
        to: folder.appending(path: "sample.proto"), atomically: true, encoding: .utf8)
      let set = folder.appending(path: "set")
      let ended = try run(
        "protoc",
        ["-I", folder.path, "--descriptor_set_out=\(set.path)", "sample.proto"])
      try #require(ended.status == 0, "\(ended.output)")
      let files = try Google_Protobuf_FileDescriptorSet(serializedBytes: Data(contentsOf: set)).file
      return try #require(files.first)
    }
  }

  @Test func asProtocHasMadeThem() throws {
    let files = try generate(contract).files
    let embedded = try bytes(inC: #require(files["descriptors.c"]))
    #expect(
      try Google_Protobuf_FileDescriptorProto(serializedBytes: embedded)
        == protocsDescriptor())
    let table = try #require(files["Descriptors.swift"])
    #expect(table.contains("byteCount: \(embedded.count))"))
  }

  @Test func inATableOfWhatEachFileDefines() throws {
    let table = try #require(try generate(contract).files["Descriptors.swift"])
    #expect(table.contains("public enum SampleDescriptors {"))
    let symbols = [
      "Thing", "Thing.name", "Thing.number", "Thing.parts", "Thing.counts", "Thing.Kind",
      "Thing.KIND_UNSPECIFIED", "Thing.Part", "Thing.Part.name", "Thing.PartsEntry",
      "Thing.PartsEntry.key", "Thing.PartsEntry.value", "ThingService", "ThingService.Get",
    ]
    for symbol in symbols {
      #expect(table.contains("\"millrace.sample.v1.\(symbol)\""), "\(symbol)")
    }
    #expect(table.components(separatedBy: "\"millrace.sample.v1.").count == symbols.count + 1)
  }
}
