import ServiceKit
import RecordStore

@testable import Production

/// Tokens of a service's database.
enum FeedPosition {
  static func text(_ production: ProductionFixture, _ sequence: Int64) -> String {
    FeedToken(incarnation: production.program.database.incarnation, sequence: sequence).text
  }
}
