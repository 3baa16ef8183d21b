import Contracts
import Houses
import Identity
import ServiceKit

@testable import Quality

/// Quality as its callers meet it.
enum QualityFixture {
  /// Runs a body against the service, several times over the same records when it names their folder.
  static func run<T>(
    in folder: String? = nil,
    settings: String = #""sites": [{"code": "PLANT1"}, {"code": "PLANT2"}]"#,
    _ body: (HouseFixture) async throws -> T
  ) async throws -> T {
    try await HouseFixture.run(.quality, in: folder, settings: settings) { file in
      let configuration = try await QualityConfiguration.load(file)
      return (configuration.service, { QualityService.plan(configuration, $0) })
    } body: {
      try await body($0)
    }
  }
}
