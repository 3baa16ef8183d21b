import JSON
import Logging
import Synchronization
import Testing

@testable import ServiceKit

@Suite struct `A line of JSON in the log` {
  @Test func `has the message with its metadata, and nothing can break out of it`() throws {
    let lines = Lines()
    var logger = Logger(label: "millrace.test") { label in
      JSONLogHandler(label: label, level: .info) { lines.add($0) }
    }
    logger[metadataKey: "trace_id"] = "abc"
    logger.debug("below the level")
    logger.error("a \"quoted\"\nmessage", metadata: ["error": "e", "level": "not mine"])
    let line = try #require(lines.all.first)
    #expect(lines.all.count == 1)
    #expect(line.hasSuffix("}\n") && line.count { $0 == "\n" } == 1)
    guard case .object(var members) = try JSONValue(parsing: Array(line.utf8)) else {
      Issue.record("no object: \(line)")
      return
    }
    #expect(members.removeValue(forKey: "time") != nil)
    #expect(
      members == [
        "level": .string("error"), "logger": .string("millrace.test"), "trace_id": .string("abc"),
        "message": .string("a \"quoted\"\nmessage"), "error": .string("e"),
      ])
  }

  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }
}
