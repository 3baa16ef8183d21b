import JSON
import Testing

@Suite("JSON")
struct JSONTests {
  @Test(
    "is read and written again with whole and floating-point numbers kept apart",
    arguments: [
      "null", "true", "[1,1.0,-2,1.5e+20]", #"{"a":[],"b":{"c":"x\"\\\n\t\u0001é😀"}}"#,
      "9223372036854775807", "0.1",
    ])
  func roundTrips(text: String) throws {
    #expect(try JSONValue(parsing: text).text == text)
  }

  @Test("reads escapes, surrogate pairs and white space")
  func readsEscapes() throws {
    let value = try JSONValue(parsing: " { \"a\" : \"\\u00e9\\ud83d\\ude00\\/\\b\\f\" } ")
    #expect(value["a"]?.stringValue == "é😀/\u{8}\u{C}")
  }

  @Test("reads a whole number that is too large as a floating-point number")
  func readsLargeNumbers() throws {
    #expect(try JSONValue(parsing: "9223372036854775808").numberValue == 9.223372036854775808e18)
  }

  @Test(
    "refuses what is not JSON",
    arguments: [
      "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "-", "1.", "1e", ".5", "+1", "NaN", "nul",
      "\"",
      "\"\\x\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\u{1}\"", "1 2", "1e999", "'a'", "[1}",
      "<html>",
    ])
  func refusesOthers(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test(
    "refuses a second member of a name where that is asked for",
    arguments: [#"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"[{"b":{"a":1,"c":2,"a":3}}]"#])
  func refusesSecondMembers(text: String) throws {
    #expect(throws: JSONError.self) { try JSONValue(parsingUniqueMembers: text.utf8) }
    _ = try JSONValue(parsing: text)
    let unique = #"{"a":{"a":1},"b":[{"a":1},{"a":1}]}"#
    #expect(try JSONValue(parsingUniqueMembers: unique.utf8).text == unique)
  }

  @Test("refuses bad UTF-8 and bottomless nesting")
  func refusesHostileInput() {
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: String(repeating: "[", count: 100_000))
    }
  }

  @Test("is looked into by name and place")
  func looksInside() throws {
    let value: JSONValue = ["a": [1, 2.5, "x", true, nil]]
    #expect(value["a"]?[0]?.intValue == 1)
    #expect(value["a"]?[1]?.numberValue == 2.5)
    #expect(value["a"]?[2]?.stringValue == "x")
    #expect(value["a"]?[3]?.boolValue == true)
    #expect(value["a"]?[4]?.isNull == true)
    #expect(value["a"]?[5] == nil)
    #expect(value["b"] == nil)
  }
}
