public import ServiceKit
public import Testing

extension HouseFixture {
  /// Expects a call to be refused with a code and a reason, and to have stored nothing but, when it was refused
  /// for lack of rights or of a credential, who tried.
  @discardableResult
  public func expectRefusal(
    _ code: RefusalCode, _ reason: String, leaving tables: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation, _ call: () async throws -> Void
  ) async throws -> Refusal? {
    var expected = try await rowCounts(tables)
    if [.permissionDenied, .unauthenticated].contains(code) {
      expected["rs_audit", default: 0] += 1
    }
    let refusal = await #expect(throws: Refusal.self, sourceLocation: sourceLocation) {
      try await call()
    }
    #expect(refusal?.code == code, "\(String(describing: refusal))", sourceLocation: sourceLocation)
    #expect(
      refusal?.reason == reason, "\(String(describing: refusal))", sourceLocation: sourceLocation)
    #expect(try await rowCounts(tables) == expected, sourceLocation: sourceLocation)
    return refusal
  }

  /// The fields that a call breaks.
  public func brokenFields(_ call: () async throws -> Void) async throws -> [String] {
    try await expectRefusal(.invalidArgument, "INVALID_FIELDS", leaving: [], call)?.violations.map(
      \.field) ?? []
  }
}
