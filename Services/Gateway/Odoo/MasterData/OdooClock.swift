import Environment
import Synchronization
import Values

/// What Odoo's clock shows at least, told from the dates of what was read and the time that has passed
/// here since: both clocks need not agree, only go equally fast.
final class OdooClock: Sendable {
  private struct Mark {
    var instant: Instant
    var monotonicNanoseconds: Int64
  }

  private let clock: any Clock
  private let mark = Mutex<Mark?>(nil)

  init(clock: any Clock) { self.clock = clock }

  /// It shows this or more; `nil` before any date was read.
  var now: Instant? {
    let monotonic = clock.monotonicNanoseconds
    return mark.withLock { $0.map { Self.instant($0, at: monotonic) } }
  }

  /// Something was read that was written then.
  func notice(_ writeDate: String) {
    guard let instant = CivilTime(text: writeDate)?.instant else { return }
    let monotonic = clock.monotonicNanoseconds
    mark.withLock { mark in
      if let known = mark, Self.instant(known, at: monotonic) >= instant { return }
      mark = Mark(instant: instant, monotonicNanoseconds: monotonic)
    }
  }

  private static func instant(_ mark: Mark, at monotonic: Int64) -> Instant {
    mark.instant.advanced(milliseconds: (monotonic - mark.monotonicNanoseconds) / 1_000_000)
  }
}
