import Contracts
import Environment
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListUsage`: how much partners have called.
struct ListUsage: ReadOperation {
  static let method = Gateway.V1.UsageService.listUsage

  let incarnation: Incarnation
  /// Who sees every partner's usage.
  static let seeingAll: Set<RoleName> = [RoleName("admin"), RoleName("auditor")]
  /// What stands for all partners.
  private static let everybody = "*"
  /// The days that are shown when none are named, the last one among them.
  private static let defaultDays: Int64 = 30

  struct Input: Sendable {
    /// As it was asked for: empty for the caller's own.
    var partner: String
    var days: ClosedRange<CalendarDay>
    var filters: ListFilters
    var page: Page
  }

  func site(of request: Gateway.V1.ListUsageRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.ListUsageRequest, _ fields: inout Fields) -> Input {
    let partner =
      request.partner == Self.everybody
      ? Self.everybody : fields.optionalText(request.partner, "partner", Partner.nameRule)
    let days = days(request, &fields)
    let filters = ListFilters { digest in
      digest.add(partner)
      digest.add(days.lowerBound.number)
      digest.add(days.upperBound.number)
    }
    return Input(
      partner: partner, days: days, filters: filters,
      page: fields.page(request.page, of: filters))
  }

  private func days(_ request: Gateway.V1.ListUsageRequest, _ fields: inout Fields)
    -> ClosedRange<CalendarDay>
  {
    let today = CalendarDay(fields.now)
    let last = fields.day(request.lastDay, "last_day") ?? today
    let first =
      fields.day(request.firstDay, "first_day") ?? last.advanced(days: 1 - Self.defaultDays)
    guard first <= last else {
      fields.reject("first_day", "must not be later than last_day")
      return today...today
    }
    return first...last
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Gateway.V1.ListUsageResponse
  {
    let partner = try partner(input.partner, call.principal, snapshot)
    let found = try UsageRecords.list(
      partner, input.days, after: lastID(input.page), limit: input.page.size + 1, snapshot)
    let page = found.prefix(input.page.size)
    return .with {
      $0.usage = page.map { .init($0) }
      $0.page = input.filters.response(
        after: found.count > page.count ? page.last.map { "\($0.id)" } : nil, in: incarnation)
    }
  }

  /// Whose usage it is; `nil` for everybody's.
  private func partner(_ asked: String, _ principal: Principal, _ snapshot: Snapshot) throws
    -> String?
  {
    if asked.isEmpty || asked == principal.subject { return principal.subject }
    guard !principal.roles.isDisjoint(with: Self.seeingAll) else {
      throw Refusals.partnerNotGranted(asked)
    }
    if asked == Self.everybody { return nil }
    try PartnerBook.require(asked, snapshot)
    return asked
  }

  private func lastID(_ page: Page) throws -> Int64 {
    guard let key = try page.lastKey(in: incarnation) else { return 0 }
    guard let id = Int64(key) else {
      throw Refusal.invalidFields([
        FieldViolation("page.page_token", "is not a token of this list with these filters")
      ])
    }
    return id
  }
}

extension Gateway.V1.Usage {
  init(_ entry: UsageRecords.Entry) {
    self.init()
    day = "\(entry.key.day)"
    partner = entry.key.partner
    method = entry.key.method
    status = "\(entry.key.code)"
    calls = entry.count.calls
    requestBytes = entry.count.requestBytes
    responseBytes = entry.count.responseBytes
    durationMicroseconds = entry.count.durationMicroseconds
    lastUsedAt = .init(entry.count.lastUsedAt)
    charged = entry.count.charged
  }
}

extension Fields {
  /// A day that may be absent.
  fileprivate mutating func day(_ value: String, _ field: String) -> CalendarDay? {
    guard !value.isEmpty else { return nil }
    let day = CalendarDay(value)
    if day == nil { reject(field, "must be a day such as 2026-11-26") }
    return day
  }
}
