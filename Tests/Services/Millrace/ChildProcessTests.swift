import Testing

@testable import Millrace

@Suite("Child process")
struct ChildProcessTests {
  private func shell(_ script: String) async throws -> ChildProcess {
    try await ChildProcess.start(
      name: "shell", executable: "/bin/sh", arguments: ["-c", script], errorFile: "/dev/null")
  }

  @Test("What it prints comes line by line, then its exit code")
  func output() async throws {
    let child = try await shell("echo one; printf 'two\\nthree'; exit 7")
    var lines: [String] = []
    for await line in child.lines { lines.append(line) }
    #expect(lines == ["one", "two", "three"])
    #expect(await child.exitCode() == 7)
    #expect(!child.isRunning)
  }

  @Test("A child that is asked to end ends")
  func stop() async throws {
    let child = try await shell("echo ready; exec sleep 600")
    for await line in child.lines { if line == "ready" { break } }
    #expect(child.isRunning)
    await child.stop(graceMilliseconds: 60_000)
    #expect(await child.exitCode() == 128 + 15)
  }

  @Test("A child that does not listen is killed")
  func kill() async throws {
    let child = try await shell("trap '' TERM; echo ready; while :; do :; done")
    for await line in child.lines { if line == "ready" { break } }
    await child.stop(graceMilliseconds: 100)
    #expect(await child.exitCode() == 128 + 9)
  }

  @Test("A program that is not there ends with an exit code of its own")
  func missing() async throws {
    let child = try await ChildProcess.start(
      name: "nothing", executable: "/nowhere/nothing", arguments: [], errorFile: "/dev/null")
    #expect(await child.exitCode() == 127)
  }
}
