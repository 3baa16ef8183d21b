import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Ship notices in their table, and how they change.
struct NoticeDesk: Sendable {
  let notices = ObjectTable<Procurement.V1.ShipNotice>("ship_notices")

  /// The key of a notice: its supplier numbers its own.
  static func key(_ supplier: String, _ number: String) -> String { "\(supplier)\n\(number)" }

  /// The notice of a number, as far as the caller may know of it.
  /// - Parameter carriersToo: whether its carrier may.
  /// - Throws: ``ProcurementError/noticeNotFound(_:)``, the same for one that is not there and one of somebody
  ///   else's.
  func require(
    _ site: SiteCode, _ supplier: String, _ number: String, _ call: Call?,
    carriersToo: Bool = false,
    _ snapshot: Snapshot
  ) throws -> Procurement.V1.ShipNotice {
    guard let notice = try notices.find(site, Self.key(supplier, number), snapshot) else {
      throw ProcurementError.noticeNotFound(number)
    }
    guard let principal = call?.principal else { return notice }
    let isCarrier =
      carriersToo && !notice.carrierCode.isEmpty && principal.partnerCode == notice.carrierCode
    guard isCarrier || principal.mayAct(forPartnerCode: notice.supplierCode) else {
      throw ProcurementError.noticeNotFound(number)
    }
    return notice
  }

  /// Refuses what the state does not allow.
  static func require(
    _ notice: Procurement.V1.ShipNotice, in allowed: [ShipNoticeState]
  ) throws(ProcurementError) {
    let state = ShipNoticeState(notice)
    guard allowed.contains(state) else {
      throw .noticeState(notice.noticeNumber, state, allowed: allowed)
    }
  }

  /// Makes a notice, or changes it: its revision is one more than before.
  func put(
    _ notice: Procurement.V1.ShipNotice, at site: SiteCode, _ transaction: Transaction
  ) throws -> Procurement.V1.ShipNotice {
    var changed = notice
    changed.revision += 1
    try notices.put(
      changed,
      .init(
        site: site, key: Self.key(changed.supplierCode, changed.noticeNumber),
        state: changed.state.rawValue, party: changed.supplierCode), transaction)
    return changed
  }
}

extension ShipNoticeState {
  init(_ notice: Procurement.V1.ShipNotice) {
    self = ShipNoticeState(rawValue: notice.state.rawValue) ?? .submitted
  }
}

extension Procurement.V1.ShipNotice {
  mutating func set(_ state: ShipNoticeState) { self.state = .init(rawValue: state.rawValue) }

  /// What it announces, item by item.
  var announced: [ShippedItem: Quantity] {
    get throws {
      try packages.flatMap(\.contents).reduce(into: [:]) { sums, content in
        let item = ShippedItem(
          orderName: content.orderName, line: content.line, lot: content.lot,
          serial: content.serial)
        let quantity = try Quantity(decimal: content.quantity?.value ?? "0")
        sums[item] = try (sums[item] ?? .zero).adding(quantity)
      }
    }
  }
}

extension [ShippedItem: Quantity] {
  /// The same by order and line.
  var byLine: [ShippedItem: Quantity] {
    get throws {
      try reduce(into: [:]) { sums, entry in
        let line = ShippedItem(
          orderName: entry.key.orderName, line: entry.key.line, lot: "", serial: "")
        sums[line] = try (sums[line] ?? .zero).adding(entry.value)
      }
    }
  }
}
