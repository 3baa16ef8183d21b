import Contracts
import Protobuf
import RecordStore
import Values

/// What Inventory publishes on its feed: full statements, in the order in which they became so.
enum InventoryEvents {
  /// A movement as it is now, and the balances that it has changed as they are now.
  /// - Parameter plan: `nil` when it has changed none.
  static func changed(
    _ movement: Inventory.V1.Movement, _ plan: BalanceBook.Plan?, at site: SiteCode
  ) throws -> NewEvent {
    let event = Inventory.V1.MovementChanged.with {
      $0.site = site.text
      $0.movement = movement
      $0.balances = (plan?.changes ?? []).map { change in
        .init(
          change.key, Amount(change.after, plan?.amount.unit ?? ""),
          revision: (change.balance?.entryCount ?? 0) + 1)
      }
    }
    return NewEvent(
      type: Inventory.V1.MovementChanged.fullName, site: site, key: movement.movementID,
      payload: try event.encoded())
  }

  /// A count, under its identifier.
  static func submitted(
    _ count: Inventory.V1.SubmitCountRequest, id: String, at site: SiteCode
  ) throws -> NewEvent {
    NewEvent(
      type: Inventory.V1.SubmitCountRequest.fullName, site: site, key: id,
      payload: try count.encoded())
  }
}
