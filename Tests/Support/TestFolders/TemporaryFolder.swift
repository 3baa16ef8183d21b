import Foundation

/// A folder for one test, gone when the test is over.
public enum TemporaryFolder {
  /// Runs the body with a new folder, and removes it.
  public static func use<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = try make()
    do {
      let result = try await body(folder)
      try FileManager.default.removeItem(atPath: folder)
      return result
    } catch {
      // The body's error says more than this one would.
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
  }

  /// A new folder for whoever removes it.
  public static func make() throws -> String {
    let folder = NSTemporaryDirectory() + "millrace-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }
}
