import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.ShiftCalendar: MasterRecord {
  static let recordKind = RecordKind.shiftCalendar

  func definition(_ fields: inout Fields) -> ShiftCalendarDefinition {
    ShiftCalendarDefinition(
      description: fields.text(description_p, "description", RecordText.description),
      calendar: calendar(&fields))
  }

  private func calendar(_ fields: inout Fields) -> ShiftCalendar {
    let known = fields.violations.count
    let weekly = fields.each(shifts, "shifts", atMost: ShiftCalendar.maximumShiftsOfWeek) {
      fields, shift in
      (
        day: fields.known(
          Weekday(rawValue: Int(shift.weekday.rawValue)), "weekday", "MONDAY to SUNDAY",
          else: .monday),
        shift: fields.shift(shift.time, "time")
      )
    }
    let special = fields.each(
      exceptions, "exceptions", atMost: ShiftCalendar.maximumExceptions
    ) { fields, exception in
      (
        date: fields.date(exception.date, "date"),
        shifts: fields.each(
          exception.shifts, "shifts", atMost: ShiftCalendar.maximumShiftsOfException
        ) { fields, time in fields.shift(time, "") }
      )
    }
    if fields.violations.count == known { fields.unique(special, "exceptions", "date") { $0.date } }
    // What is wrong by itself may seem to overlap, too.
    guard fields.violations.count == known else { return .empty }
    do {
      return try ShiftCalendar(
        week: Dictionary(grouping: weekly) { $0.day }
          .mapValues { $0.compactMap(\.shift) },
        exceptions: Dictionary(special.map { ($0.date, $0.shifts.compactMap(\.self)) }) { $1 })
    } catch {
      fields.reject("shifts", "must not overlap: \(error)")
      return .empty
    }
  }

  init(_ head: RecordHead, _ definition: ShiftCalendarDefinition) {
    self.init()
    self.head = .init(head)
    description_p = definition.description
    let calendar = definition.calendar
    shifts = Weekday.allCases.flatMap { day in
      calendar.shifts(on: day).map { shift in
        .with {
          $0.weekday = .init(rawValue: Int32(day.rawValue))
          $0.time = .init(shift)
        }
      }
    }
    exceptions = calendar.exceptions.sorted { $0.key < $1.key }.map { date, shifts in
      .with {
        $0.date = date.description
        $0.shifts = shifts.map { .init($0) }
      }
    }
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .shiftCalendar(self) } }
}

extension ShiftCalendar {
  /// Nobody ever works.
  fileprivate static var empty: ShiftCalendar {
    // Nothing overlaps where nothing is.
    guard let calendar = try? ShiftCalendar(week: [:]) else { preconditionFailure() }
    return calendar
  }
}

extension Fields {
  /// A shift of a day, `nil` when it breaks a rule.
  fileprivate mutating func shift(_ value: Masterdata.V1.ShiftTime?, _ field: String) -> Shift? {
    guard let value else {
      reject(field, "is required")
      return nil
    }
    func check(_ fields: inout Fields) -> Shift? {
      let name = fields.text(value.name, "name", Shift.nameRule)
      let start = fields.minute(value.start, "start")
      let duration = fields.number(
        Int64(value.durationMinutes), "duration_minutes", 1...Int64(Shift.minutesPerDay))
      return try? Shift(name: name, startMinute: start, durationMinutes: Int(duration))
    }
    return field.isEmpty ? check(&self) : inside(field, check)
  }

  /// `22:30` as a minute of the day.
  private mutating func minute(_ text: String, _ field: String) -> Int {
    let digits = Array(text.utf8)
    guard digits.count == 5, digits[2] == UInt8(ascii: ":"),
      let hour = Int(text.prefix(2)), let minute = Int(text.suffix(2)), (0..<24).contains(hour),
      (0..<60).contains(minute), !text.contains("+"), !text.contains("-")
    else {
      reject(field, text.isEmpty ? "is required" : "must be a time such as 06:00 or 22:30")
      return 0
    }
    return hour * 60 + minute
  }

  /// `2026-12-24`.
  fileprivate mutating func date(_ text: String, _ field: String) -> CalendarDay {
    if let day = CalendarDay(text) { return day }
    reject(field, text.isEmpty ? "is required" : "must be a date such as 2026-12-24")
    return CalendarDay(number: 0)
  }
}

extension Masterdata.V1.ShiftTime {
  fileprivate init(_ shift: Shift) {
    self.init()
    name = shift.name
    let (hour, minute) = shift.startMinute.quotientAndRemainder(dividingBy: 60)
    func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    start = "\(digits(hour)):\(digits(minute))"
    durationMinutes = Int32(shift.durationMinutes)
  }
}
