import Testing
import Values

@Suite("Codes and identifiers")
struct CodesTests {
  @Test(
    "A text rule says what is wrong",
    arguments: [
      (TextRule.Characters.code, "", "is required"),
      (.code, "A B", "may only hold A-Z a-z 0-9 . _ -"),
      (.code, "ABCDE", "must have at most 4 characters"),
      (.visibleASCII, "é", "may only hold visible ASCII characters"),
      (.visible, "a\u{7}", "may only hold characters that are not control characters"),
      (.visible, "  ", "must not be blank"),
    ])
  func rulesExplain(characters: TextRule.Characters, text: String, violation: String) {
    let rule = TextRule(maximumLength: 4, characters: characters)
    #expect(rule.violation(of: text) == violation)
  }

  @Test("A text rule is silent when it is followed")
  func rulesAccept() {
    #expect(SiteCode.rule.violation(of: "PLANT-1.a_b") == nil)
    #expect(OrderKey.nameRule.violation(of: "WH/MO/00012-001") == nil)
    #expect(TextRule(maximumLength: 4, characters: .visible).violation(of: "é ü") == nil)
  }

  @Test("An identifier survives its text and its bytes")
  func identifiersRoundTrip() throws {
    let identifier = Identifier(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
    #expect(identifier.description == "0123456789abcdeffedcba9876543210")
    #expect(Identifier(hexadecimal: identifier.description) == identifier)
    #expect(Identifier(bytes: identifier.bytes) == identifier)
    #expect(Identifier(hexadecimal: "0123") == nil)
    #expect(Identifier(hexadecimal: String(repeating: "g", count: 32)) == nil)
    #expect(Identifier(bytes: [1, 2, 3]) == nil)
  }
}
