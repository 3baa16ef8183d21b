public import Contracts
import Protobuf

/// What a hold can cover.
public enum HoldTarget: Sendable, Hashable {
  /// Every piece of a lot.
  case lot(item: String, lot: String)
  /// One piece.
  case serial(item: String, serial: String)
  /// A production order, by its name at release.
  case order(String)
  /// A location and everything below it.
  case location(String)
  /// Everything that came from a supplier.
  case supplier(String)
}

extension HoldTarget {
  /// The target of the contract; `nil` when it says none, or one that this program does not know.
  public init?(_ target: Quality.V1.HoldTarget) {
    switch target.target {
    case .lot(let lot): self = .lot(item: lot.itemCode, lot: lot.lot)
    case .serial(let serial): self = .serial(item: serial.itemCode, serial: serial.serial)
    case .orderName(let name): self = .order(name)
    case .locationCode(let code): self = .location(code)
    case .supplierCode(let code): self = .supplier(code)
    case nil: return nil
    }
  }

  /// In words, for a person: `lot L-17 of VALVE`.
  public var text: String {
    switch self {
    case .lot(let item, let lot): "lot \(lot) of \(item)"
    case .serial(let item, let serial): "piece \(serial) of \(item)"
    case .order(let name): "order \(name)"
    case .location(let code): "location \(code)"
    case .supplier(let code): "supplier \(code)"
    }
  }
}

extension Quality.V1.HoldTarget {
  /// The contract's form of a target.
  public init(_ target: HoldTarget) {
    self.init()
    switch target {
    case .lot(let item, let lot):
      self.target = .lot(
        .with {
          $0.itemCode = item
          $0.lot = lot
        })
    case .serial(let item, let serial):
      self.target = .serial(
        .with {
          $0.itemCode = item
          $0.serial = serial
        })
    case .order(let name): self.target = .orderName(name)
    case .location(let code): self.target = .locationCode(code)
    case .supplier(let code): self.target = .supplierCode(code)
    }
  }
}
