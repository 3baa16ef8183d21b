import Foundation
import Testing

/// What cannot be generated is refused in words that say what to change.
@Suite("The generator refuses") struct RefusalTests {
  private func expectRefusal(
    _ reason: String, _ body: String, head: String = "syntax = \"proto3\"; package sample.v1;"
  ) throws {
    let (ended, files) = try generate("\(head)\n\(body)")
    #expect(ended.status != 0)
    #expect(ended.output.contains(reason), "\(ended.output)")
    #expect(files.isEmpty)
  }

  @Test func aMessageInItself() throws {
    try expectRefusal(
      "recursive messages are not supported: sample.v1.Tree → sample.v1.Tree",
      "message Tree { repeated Tree branches = 1; }")
  }

  @Test func messagesInEachOther() throws {
    try expectRefusal(
      "recursive messages are not supported: sample.v1.A → sample.v1.B → sample.v1.C → sample.v1.A",
      "message A { B b = 1; } message B { oneof x { C c = 1; } } message C { optional A a = 1; }")
  }

  @Test func aMessageInItsOwnMap() throws {
    try expectRefusal(
      "sample.v1.A → sample.v1.A.BsEntry → sample.v1.A", "message A { map<string, A> bs = 1; }")
  }

  @Test func aCycleThatDoesNotContainTheFirstMessage() throws {
    try expectRefusal(
      "not supported: sample.v1.B → sample.v1.B", "message A { B b = 1; } message B { B b = 1; }")
  }

  @Test func aNestedMessageThatContainsItself() throws {
    try expectRefusal(
      "sample.v1.A.B → sample.v1.A.B", "message A { message B { B b = 1; } }")
  }

  @Test func otherLanguagesThanProto3() throws {
    try expectRefusal(
      "sample.proto: only proto3 is supported", "message M { required int32 x = 1; }",
      head: "syntax = \"proto2\"; package sample.v1;")
  }

  @Test func contractsWithoutAPackage() throws {
    try expectRefusal(
      "sample.proto: a package is needed", "message M {}", head: "syntax = \"proto3\";")
  }

  @Test func namesThatTheGeneratedCodeUses() throws {
    try expectRefusal(
      "sample.v1.Message: Message is a name of the generated code", "message Message {}")
    try expectRefusal(
      "sample.v1.M.Arena: Arena is a name of the generated code",
      "message M { enum Arena { ARENA_UNSPECIFIED = 0; } }")
    try expectRefusal(
      "sample.v1.RequestStream: RequestStream is a name of the generated code",
      "message RequestStream {}")
    try expectRefusal(
      "sample.v1.Sample: Sample is a name of the generated code", "message Sample {}")
  }

  @Test func parametersThatDoNotExist() throws {
    let (ended, _) = try generate(
      "syntax = \"proto3\"; package sample.v1; message M {}", options: "module=X")
    #expect(ended.status != 0)
    #expect(ended.output.contains("unknown parameter module=X; there is c_module=NAME"))
  }

  @Test func argumentsThatDoNotExist() throws {
    let ended = try run(plugin().path, ["--help-me"])
    #expect(ended.status == 1)
    #expect(ended.output.hasPrefix("protoc-gen-millrace: run it through deploy/generate"))
  }

  @Test func inputThatIsNoRequest() throws {
    let ended = try run("bash", ["-c", "printf '\\377\\377' | '\(plugin().path)'"])
    #expect(ended.status == 1)
    #expect(ended.output.hasPrefix("protoc-gen-millrace: "))
  }
}
