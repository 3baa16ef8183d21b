import Foundation
import Testing
import Values

@testable import ServiceKit

@Suite("Settings")
struct SettingsTests {
  private func load(_ text: String) async throws -> Settings {
    let path = NSTemporaryDirectory() + "millrace-settings-\(UUID().uuidString).json"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await Settings.load(path)
  }

  private func problems(_ settings: Settings) -> [String] {
    do {
      try settings.finish()
      return []
    } catch let error as ConfigurationError {
      return error.problems
    } catch {
      return ["\(error)"]
    }
  }

  @Test("Texts, numbers, quantities, sections and lists are read")
  func read() async throws {
    let settings = try await load(
      #"""
      {"name": "x", "deep": {"port": 7}, "sites": [{"code": "A"}, {"code": "B"}], "share": "0.5",
       "on": true, "off": false}
      """#
    )
    #expect(settings.text("name") == "x")
    #expect(settings.section("deep").number("port", 1...9) == 7)
    #expect(settings.sections("sites", atMost: 2).map { $0.text("code") } == ["A", "B"])
    #expect(
      try settings.quantity("share", atMost: Quantity(units: 1), default: .zero).millionths
        == 500_000)
    #expect(settings.number("absent", 1...9, default: 3) == 3)
    #expect(settings.text("absentText", default: "d") == "d")
    #expect(settings.flag("on", default: false))
    #expect(!settings.flag("off", default: true))
    #expect(settings.flag("absentFlag", default: true))
    #expect(problems(settings).isEmpty)
  }

  @Test("What nobody has read is refused, wherever it stands")
  func unknown() async throws {
    let settings = try await load(
      #"{"a": 1, "b": {"c": null}, "d": [{"e": 1, "f": [2]}], "g": [1]}"#)
    _ = settings.sections("d", atMost: 9).map { $0.number("e", 0...9) }
    #expect(
      problems(settings) == [
        "a is not a key of this program", "b.c is not a key of this program",
        "d[0].f[0] is not a key of this program", "g[0] is not a key of this program",
      ])
  }

  @Test("A wrong kind is told once, not once more for every key below it")
  func wrongKind() async throws {
    let settings = try await load(
      #"{"name": {"x": 1, "y": 2}, "port": "1", "flag": true, "on": 1}"#)
    _ = settings.text("name")
    _ = settings.number("port", 0...9)
    _ = settings.number("flag", 0...9)
    _ = settings.flag("on", default: true)
    #expect(
      problems(settings) == [
        "name must be text", "port must be a whole number", "flag must be a whole number",
        "on must be true or false",
      ])
  }

  @Test("A list needs its entries, and no more than the program takes")
  func lists() async throws {
    let settings = try await load(#"{"empty": [], "long": [{}, {}, {}], "text": "x"}"#)
    for key in ["empty", "long", "text", "absent"] { _ = settings.sections(key, atMost: 2) }
    let told = problems(settings)
    for key in ["empty", "long", "text", "absent"] {
      #expect(told.contains("\(key) must be a list of 1 to 2 entries"))
    }
  }

  @Test("Text that is not one JSON object is refused", arguments: ["", "[]", "1", "{", "{\"a\":}"])
  func notJSON(text: String) async {
    await #expect(throws: ConfigurationError.self) { try await load(text) }
  }
}
