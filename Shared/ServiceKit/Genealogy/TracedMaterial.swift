public import Contracts
import Protobuf
public import RecordStore
public import Values

/// One material as it can be told apart: a lot, or a piece by its serial number.
public struct TracedMaterial: Sendable, Hashable, Comparable {
  /// The item's code.
  public let itemCode: String
  /// The lot; empty for a piece that is told apart by its serial number alone.
  public let lot: String
  /// The serial number; empty for a lot as a whole.
  public let serial: String

  /// A material of its parts; one of lot and serial is not empty.
  public init(itemCode: String, lot: String, serial: String) {
    self.itemCode = itemCode
    self.lot = lot
    self.serial = serial
  }

  /// By item, lot and serial number.
  public static func < (first: Self, second: Self) -> Bool {
    (first.itemCode, first.lot, first.serial) < (second.itemCode, second.lot, second.serial)
  }

  /// What a hold would have to be on to stop it.
  public var holdTargets: [HoldTarget] {
    (lot.isEmpty ? [] : [.lot(item: itemCode, lot: lot)])
      + (serial.isEmpty ? [] : [.serial(item: itemCode, serial: serial)])
  }

  /// Adds it to the content of a fact.
  public func add(to digest: inout CanonicalDigest) {
    digest.add(itemCode)
    digest.add(lot)
    digest.add(serial)
  }
}

extension Common.V1.TracedMaterial {
  /// The contract's form.
  public init(_ material: TracedMaterial) {
    self.init()
    itemCode = material.itemCode
    lot = material.lot
    serial = material.serial
  }
}

extension TracedMaterial {
  /// As the contract has it.
  public init(_ material: Common.V1.TracedMaterial) {
    self.init(itemCode: material.itemCode, lot: material.lot, serial: material.serial)
  }
}

extension Fields {
  /// A required material that can be told apart.
  public mutating func tracedMaterial(
    _ value: Common.V1.TracedMaterial?, _ field: String
  ) -> TracedMaterial {
    guard let value else {
      reject(field, "is required")
      return TracedMaterial(itemCode: "", lot: "", serial: "")
    }
    return inside(field) { fields in
      let item = fields.code(value.itemCode, "item_code", .businessCode)
      let lot = fields.optionalCode(value.lot, "lot", .businessCode)
      let serial = fields.optionalCode(value.serial, "serial", .businessCode)
      if lot.isEmpty, serial.isEmpty { fields.reject("lot", "is required, or serial is") }
      return TracedMaterial(itemCode: item, lot: lot, serial: serial)
    }
  }

  /// A code that may be empty.
  public mutating func optionalCode(_ value: String, _ field: String, _ rule: TextRule) -> String {
    value.isEmpty ? value : code(value, field, rule)
  }
}
