import Foundation
import JSON
import Testing

@testable import OdooSandbox

/// One file of recordings of a real Odoo.
struct Recording {
  /// One call and its answer.
  struct Step {
    let index: Int
    let note: String
    /// The body that was sent; `nil` for remarks and for observations of parallel calls.
    let request: JSONValue?
    let status: Int
    let response: JSONValue
    let isAbridged: Bool
    /// Several parallel calls, summed up.
    let observed: JSONValue?
    let path: String?
    let contentType: String?

    /// A sentence between the calls.
    var isRemark: Bool { request == nil && observed == nil }
  }

  let name: String
  let steps: [Step]

  init(_ name: String, _ version: OdooVersion) throws {
    self.name = name
    let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/odoo-\(version.rawValue)")
    let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    let file = try #require(files.first { $0.hasPrefix("\(name)-") })
    let data = try Data(contentsOf: directory.appendingPathComponent(file))
    let json = try JSONValue(parsing: data)
    steps = (json["steps"]?.arrayValue ?? []).enumerated().map { index, step in
      let response = step["response"] ?? .null
      return Step(
        index: index, note: step["note"]?.stringValue ?? "",
        request: step["request"].flatMap { $0.isNull ? nil : $0 },
        status: Int(step["status"]?.intValue ?? 200), response: response,
        isAbridged: response["_abridged"] == true || step["_abridged"] == true,
        observed: step["observed"],
        path: step["path"]?.stringValue ?? step["request"]?["_path"]?.stringValue,
        contentType: step["headers"]?["Content-Type"]?.stringValue)
    }
  }
}
