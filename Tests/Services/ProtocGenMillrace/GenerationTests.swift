import Foundation
import Testing

@Suite("deploy/generate") struct GenerationTests {
  @Test func givesWhatIsCommitted() throws {
    let ended = try run("deploy/generate", ["--check", "--plugin", plugin().path])
    #expect(ended.status == 0, "\(ended.output)")
  }

  @Test func saysWhichToolIsMissing() throws {
    try withTemporaryFolder { folder in
      // A PATH with what the script itself uses, and without the protobuf compilers.
      for tool in ["bash", "dirname", "basename", "realpath", "env"] {
        let found = try run("which", [tool]).output.trimmingCharacters(in: .whitespacesAndNewlines)
        try FileManager.default.createSymbolicLink(
          atPath: folder.appending(path: tool).path, withDestinationPath: found)
      }
      let ended = try run(
        "deploy/generate", ["--check", "--plugin", plugin().path], path: folder.path)
      #expect(ended.status == 1)
      #expect(
        ended.output == "generate: protoc is missing: install the packages of "
          + "deploy/debian-packages.\n")
    }
  }

  @Test func refusesArgumentsThatDoNotExist() throws {
    let ended = try run("deploy/generate", ["--chekc"])
    #expect(ended.status == 1)
    #expect(ended.output.contains("--chekc"))
  }
}
