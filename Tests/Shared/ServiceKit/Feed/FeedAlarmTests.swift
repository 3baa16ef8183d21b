import RecordStore
import Testing
import Values

@testable import ServiceKit

@Suite("The feed's alarm")
struct FeedAlarmTests {
  private static let start = Instant(seconds: 1_780_000_000)

  private func after(_ seconds: Int64) -> Instant {
    Instant(microseconds: Self.start.microseconds + seconds * 1_000_000)
  }

  /// A consumer for which an event has been waiting since the start, or none.
  private func lag(_ name: String, waits: Bool = true) -> FeedLag {
    FeedLag(
      consumer: Consumer(
        name: name, acknowledged: 5, registeredAt: Self.start, acknowledgedAt: Self.start),
      eventCount: waits ? 3 : 0, oldestRecordedAt: waits ? Self.start : nil)
  }

  @Test("is silent as long as events do not wait for too long")
  func silent() {
    var subject = FeedAlarm()
    let now = after(FeedAlarm.patienceSeconds)
    #expect(subject.check([lag("gateway")], now: now).isEmpty)
    #expect(subject.check([lag("gateway", waits: false)], now: after(86_400)).isEmpty)
  }

  @Test("is said once, and again after an hour, for each consumer that is late")
  func repeated() {
    var subject = FeedAlarm()
    let late = FeedAlarm.patienceSeconds + 1
    #expect(subject.check([lag("gateway")], now: after(late)) == [.late(lag("gateway"))])
    #expect(subject.check([lag("gateway")], now: after(late + 60)).isEmpty)
    #expect(
      subject.check([lag("gateway"), lag("other")], now: after(late + 120)) == [.late(lag("other"))]
    )
    let again = late + FeedAlarm.repetitionSeconds
    #expect(subject.check([lag("gateway")], now: after(again)) == [.late(lag("gateway"))])
  }

  @Test("ends when the consumer has caught up, and begins anew when it is late again")
  func recovered() {
    var subject = FeedAlarm()
    let late = FeedAlarm.patienceSeconds + 1
    _ = subject.check([lag("gateway")], now: after(late))
    #expect(
      subject.check([lag("gateway", waits: false)], now: after(late + 60)) == [
        .recovered("gateway")
      ])
    #expect(subject.check([lag("gateway")], now: after(late + 120)) == [.late(lag("gateway"))])
  }

  @Test("forgets consumers that are not registered any more")
  func forgotten() {
    var subject = FeedAlarm()
    let late = FeedAlarm.patienceSeconds + 1
    _ = subject.check([lag("gateway")], now: after(late))
    #expect(subject.check([], now: after(late + 60)).isEmpty)
    #expect(subject.check([lag("gateway")], now: after(late + 120)) == [.late(lag("gateway"))])
  }
}
