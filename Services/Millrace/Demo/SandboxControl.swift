import JSON

/// The sandbox's own endpoints, which no Odoo has: sample data and faults on demand.
struct SandboxControl: Sendable {
  /// Where the sandbox is.
  let url: String

  /// Items of the sample plant that are neither told apart by lot nor by serial number: one by the
  /// piece with two operations, one with a component in kilograms and one operation.
  static let items = ["FG-VALVE", "FG-HOUSING"]

  /// Loads the sample plant.
  func loadSamplePlant() async throws {
    _ = try await post("sample-plant", .object([:]))
  }

  /// The next booking is committed and its answer dropped, once.
  func loseAnswerOfNextBooking() async throws {
    _ = try await post(
      "faults",
      [
        "rules": [
          [
            "fault": "drop-answer", "count": 1, "model": "mrp.production",
            "method": "button_mark_done",
          ]
        ]
      ])
  }

  /// Every connection is closed as soon as a request comes, for some seconds.
  func takeDown(seconds: Int) async throws {
    _ = try await post(
      "faults", ["down": ["mode": "closed", "forMilliseconds": .int(Int64(seconds) * 1_000)]])
  }

  private func post(_ endpoint: String, _ body: JSONValue) async throws -> JSONValue {
    try await HTTP.post(
      "\(url)/sandbox/\(endpoint)", body, timeoutSeconds: OdooClient.timeoutSeconds,
      maximumByteCount: OdooClient.maximumAnswerByteCount)
  }
}
