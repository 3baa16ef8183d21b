import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.WorkCenter: MasterRecord {
  static let recordKind = RecordKind.workCenter

  func definition(_ fields: inout Fields) -> WorkCenterDefinition {
    WorkCenterDefinition(
      description: fields.text(description_p, "description", RecordText.description),
      shiftCalendar: fields.optionalCode(shiftCalendar, "shift_calendar"),
      efficiencyPercent: efficiencyPercent == 0
        ? 100
        : Int32(
          fields.number(
            Int64(efficiencyPercent), "efficiency_percent", WorkCenterDefinition.efficiencyRange)))
  }

  init(_ head: RecordHead, _ center: WorkCenterDefinition) {
    self.init()
    self.head = .init(head)
    description_p = center.description
    shiftCalendar = center.shiftCalendar
    efficiencyPercent = center.efficiencyPercent
  }

  static func references(of center: WorkCenterDefinition) -> [RecordReference] {
    center.shiftCalendar.isEmpty
      ? [] : [.init("shift_calendar", .shiftCalendar, center.shiftCalendar)]
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .workCenter(self) } }
}
