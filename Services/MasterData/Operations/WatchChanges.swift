import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `WatchChanges`: every record that has changed since a token, as it is now, in the order of the last
/// change. One that changes between two looks is sent once, as it is at the second.
struct WatchChanges: WatchOperation {
  static let method = Masterdata.V1.MasterDataService.watchChanges

  let incarnation: Incarnation

  func site(of request: Masterdata.V1.WatchChangesRequest) -> String? { request.site }

  func validate(_ request: Masterdata.V1.WatchChangesRequest, _ fields: inout Fields) -> FeedToken?
  {
    _ = fields.site(request.site)
    return fields.resumeToken(request.resumeToken)
  }

  func start(_ token: FeedToken?, _ database: Database, _ call: Call) async throws -> Int64 {
    guard let token else { return 0 }
    return try await database.read { try token.position(in: $0, of: incarnation) }
  }

  func next(
    _ input: FeedToken?, after: Int64, limit: Int, _ snapshot: Snapshot, _ call: Call
  ) throws -> WatchPage<Masterdata.V1.WatchChangesResponse> {
    let changed = try MasterRecords.changed(after: after, limit: limit, snapshot)
    let responses = try changed.map { stored in
      try Masterdata.V1.WatchChangesResponse.with {
        $0.record = try stored.message
        $0.resumeToken =
          FeedToken(incarnation: incarnation, sequence: stored.changeSequence).text
      }
    }
    let last = changed.last?.changeSequence ?? after
    let hasMore = changed.count == limit
    return WatchPage(
      responses, through: hasMore ? last : max(last, try snapshot.feed.head), hasMore: hasMore)
  }
}

extension StoredRecord {
  /// The record among those of all kinds.
  fileprivate var message: Masterdata.V1.Record {
    get throws {
      switch kind {
      case .unit: try Masterdata.V1.Unit(self).asRecord
      case .item: try Masterdata.V1.Item(self).asRecord
      }
    }
  }
}
