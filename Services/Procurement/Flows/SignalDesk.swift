import Contracts
import Environment
import Logging
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Supply signals in their table.
struct SignalDesk: Sendable {
  let signals = ObjectTable<Procurement.V1.SupplySignal>("supply_signals")

  /// The signal of an identifier.
  /// - Throws: ``ProcurementError/signalNotFound(_:)``.
  func require(_ site: SiteCode, _ id: String, _ snapshot: Snapshot) throws
    -> Procurement.V1.SupplySignal
  {
    guard let found = try signals.find(site, id, snapshot) else {
      throw ProcurementError.signalNotFound(id)
    }
    return found
  }

  func put(
    _ signal: Procurement.V1.SupplySignal, at site: SiteCode, _ transaction: Transaction
  ) throws {
    try signals.put(
      signal,
      .init(
        site: site, key: signal.signalID, state: signal.state.rawValue, party: signal.itemCode),
      transaction)
  }
}

/// The watch of Production's shortages at a site: each becomes a signal, once. What was reported has happened,
/// so nothing is forgotten when Production was restored.
struct ShortageWatch: FollowedWatch {
  static let method = Production.V1.ProductionService.watchShortages

  let site: SiteCode
  let desk: SignalDesk

  static func name(of site: SiteCode) -> String { "shortages \(site)" }

  var name: String { Self.name(of: site) }
  var question: String { "shortages" }

  func request(after token: String) -> Production.V1.WatchShortagesRequest {
    .with {
      $0.site = site.text
      $0.resumeToken = token
    }
  }

  func content(
    of response: Production.V1.WatchShortagesResponse
  ) -> (token: String, item: Production.V1.Shortage?) { (response.resumeToken, response.shortage) }

  func keep(
    _ shortages: [Production.V1.Shortage], reading: Int64, _ transaction: Transaction
  ) throws {
    for shortage in shortages
    where try desk.signals.find(site, shortage.shortageID, transaction) == nil {
      try desk.put(
        .with {
          $0.signalID = shortage.shortageID
          $0.site = site.text
          $0.origin = .production
          $0.itemCode = shortage.itemCode
          $0.quantity = shortage.quantity
          $0.neededBy = shortage.neededBy
          $0.productionOrder = shortage.orderName
          $0.header = shortage.header
          $0.state = .open
        }, at: site, transaction)
    }
  }

  func forget(before reading: Int64, _ transaction: Transaction) throws {}

  func kept(_ snapshot: Snapshot) throws {}
}
