import Contracts
import Protobuf
import ServiceKit
import Testing
import Values

@testable import MasterData

@Suite("Shifts of a site", .timeLimit(.minutes(2)))
struct ListShiftsTests {
  private func shifts(_ service: MasterDataFixture, _ from: String, _ until: String) async throws
    -> [Masterdata.V1.ShiftOccurrence]
  {
    let from = try #require(CalendarDay(from)).start
    let until = try #require(CalendarDay(until)).start
    return try await service.client.listShifts(
      .with {
        $0.site = "PLANT1"
        $0.from = .init(from)
        $0.until = .init(until)
      }
    ).shifts
  }

  private func hours(_ shifts: [Masterdata.V1.ShiftOccurrence]) -> [Int64] {
    shifts.map { (($0.endsAt?.seconds ?? 0) - ($0.beginsAt?.seconds ?? 0)) / 3_600 }
  }

  @Test("The night in which the clocks go back has an hour more")
  func daylightSaving() async throws {
    try await MasterDataFixture.run { service in
      _ = try await service.put(Sample.plant)
      // The clocks go back on Sunday, 2026-10-25; the nights of the week are ordinary.
      let week = try await shifts(service, "2026-10-19", "2026-10-24")
      #expect(hours(week) == Array(repeating: 8, count: 15))
      let nights = Sample.calendar("NIGHTS").changed { calendar in
        calendar.shifts = calendar.shifts.suffix(1).map { night in
          night.changed { $0.weekday = .saturday }
        }
      }
      _ = try await service.put([nights, Sample.site { $0.shiftCalendar = "NIGHTS" }])
      let night = try await shifts(service, "2026-10-24", "2026-10-26")
      #expect(night.map(\.date) == ["2026-10-24"])
      #expect(hours(night) == [9])
    }
  }

  @Test("A day that is not an ordinary one has its own shifts")
  func exceptions() async throws {
    try await MasterDataFixture.run { service in
      _ = try await service.put(Sample.plant)
      let found = try await shifts(service, "2026-12-24", "2026-12-25")
      // The night shift of the day before ends on Christmas Eve.
      #expect(found.map(\.date) == ["2026-12-23"])
    }
  }

  @Test("Without a record of the site nobody knows where its clocks stand")
  func withoutSite() async throws {
    try await MasterDataFixture.run { service in
      let failure = await #expect(throws: (any Error).self) {
        _ = try await shifts(service, "2026-12-24", "2026-12-25")
      }
      #expect("\(failure.map { "\($0)" } ?? "")".contains("which says where its clocks stand"))
    }
  }
}

extension Masterdata.V1.WeeklyShift {
  fileprivate func changed(_ change: (inout Self) -> Void) -> Self {
    var shift = self
    change(&shift)
    return shift
  }
}
