import Contracts
import Environment
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListShifts`: the shifts that a site, or one of its work centres, works between two moments.
struct ListShifts: ReadOperation {
  static let method = Masterdata.V1.MasterDataService.listShifts

  struct Input: Sendable {
    var site: SiteCode
    var from: Instant
    var until: Instant
    /// Empty for the site's own.
    var workCenter: String
  }

  /// Longest time asked for at once, in days: a year, some thousand shifts.
  static let maximumDays: Int64 = 366

  func site(of request: Masterdata.V1.ListShiftsRequest) -> String? { request.site }

  func validate(_ request: Masterdata.V1.ListShiftsRequest, _ fields: inout Fields) -> Input {
    let range = Fields.earliest...Fields.latest
    let from = fields.time(request.from, "from", range)
    let until = fields.time(request.until, "until", range)
    if until <= from {
      fields.reject("until", "must be later than from")
    } else if until > from.advanced(seconds: Self.maximumDays * 86_400) {
      fields.reject("until", "must be at most \(Self.maximumDays) days later than from")
    }
    return Input(
      site: fields.site(request.site), from: from, until: until,
      workCenter: fields.optionalCode(request.workCenter, "work_center"))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Masterdata.V1.ListShiftsResponse
  {
    let records = KnownRecords(snapshot, at: input.site)
    guard let site = try records.find(Masterdata.V1.Site.self, input.site.text)?.definition else {
      throw Refusal(
        .failedPrecondition, reason: "SITE_RECORD_MISSING",
        "there is no record of the site \(input.site), which says where its clocks stand")
    }
    guard let zone = try? IANATimeZone(site.timeZone) else {
      throw Refusal(
        .failedPrecondition, reason: "TIME_ZONE_UNKNOWN",
        "the operating system does not know the time zone \(site.timeZone) any more",
        metadata: ["time_zone": site.timeZone])
    }
    var code = site.shiftCalendar
    if !input.workCenter.isEmpty {
      guard let center = try records.find(Masterdata.V1.WorkCenter.self, input.workCenter) else {
        throw Refusal(
          .notFound, reason: "WORK_CENTER_UNKNOWN", "there is no work center \(input.workCenter)",
          metadata: ["work_center": input.workCenter])
      }
      if !center.definition.shiftCalendar.isEmpty { code = center.definition.shiftCalendar }
    }
    guard
      let calendar = try records.find(Masterdata.V1.ShiftCalendar.self, code)?.definition.calendar
    else {
      throw Refusal(
        .failedPrecondition, reason: "SHIFT_CALENDAR_MISSING",
        code.isEmpty
          ? "the site \(input.site) has no shift calendar" : "there is no shift calendar \(code)",
        metadata: ["shift_calendar": code])
    }
    let found = calendar.occurrences(from: input.from, until: input.until, in: zone)
    return .with { $0.shifts = found.map { .init($0) } }
  }
}

extension Masterdata.V1.ShiftOccurrence {
  fileprivate init(_ shift: ShiftOccurrence) {
    self.init()
    name = shift.name
    date = shift.day.description
    beginsAt = .init(shift.begin)
    endsAt = .init(shift.end)
  }
}
