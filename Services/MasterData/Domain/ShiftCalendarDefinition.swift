import Values

/// When a site works.
struct ShiftCalendarDefinition: Sendable, Hashable {
  var description: String
  var calendar: ShiftCalendar
}
