import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.Warehouse: MasterRecord {
  static let recordKind = RecordKind.warehouse

  func definition(_ fields: inout Fields) -> WarehouseDefinition {
    WarehouseDefinition(
      description: fields.text(description_p, "description", RecordText.description),
      stockLocation: fields.optionalCode(stockLocation, "stock_location"))
  }

  init(_ head: RecordHead, _ warehouse: WarehouseDefinition) {
    self.init()
    self.head = .init(head)
    description_p = warehouse.description
    stockLocation = warehouse.stockLocation
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .warehouse(self) } }
}
