import Foundation
import Logging
import ServiceKit
import Synchronization
import TestFolders
import Testing

@Suite("Secret watch", .timeLimit(.minutes(1)))
struct SecretWatchTests {
  private struct Broken: Error {}

  /// What was read, one after the other.
  private final class Reads: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }
  }

  @Test("A file that changes is read again; one that cannot be used changes nothing until it can")
  func rereads() async throws {
    try await TemporaryFolder.use { folder in
      let path = folder + "/key"
      func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      }
      try write("first")
      let (used, tried) = (Reads(), Reads())
      var watch = SecretWatch(logger: Logger(label: "test"))
      watch.add(path, setting: "keyFile") { path in
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        tried.add(text)
        if text == "broken" { throw Broken() }
        used.add(text)
      }
      let running = Task { [watch] in try await watch.run() }
      func wait(_ reads: Reads, for text: String) async throws {
        while reads.all.last != text { try await Task.sleep(for: .milliseconds(20)) }
      }
      try write("the second one")
      try await wait(used, for: "the second one")
      try write("broken")
      try await wait(tried, for: "broken")
      #expect(used.all == ["the second one"])
      try FileManager.default.removeItem(atPath: path)
      try write("the third one is longer")
      try await wait(used, for: "the third one is longer")
      #expect(used.all == ["the second one", "the third one is longer"])
      running.cancel()
      _ = await running.result
    }
  }
}
