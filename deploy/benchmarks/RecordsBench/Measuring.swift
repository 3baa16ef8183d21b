import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// What every subcommand prints about a run.
enum Measuring {
  /// Processor time of this process so far, in seconds.
  static func cpuSeconds() -> Double { Double(nanoseconds(of: CLOCK_PROCESS_CPUTIME_ID)) / 1e9 }

  /// The monotonic clock, in nanoseconds.
  static func nanoseconds() -> Int64 { nanoseconds(of: CLOCK_MONOTONIC) }

  private static func nanoseconds(of clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The value that this share of the values does not exceed, 0 when there are none.
  static func percentile(_ ascending: [Int64], _ share: Double) -> Int64 {
    guard !ascending.isEmpty else { return 0 }
    return ascending[min(ascending.count - 1, Int(Double(ascending.count) * share))]
  }

  /// Prints one line of JSON.
  static func report(_ figures: [String: Double]) throws {
    let data = try JSONSerialization.data(withJSONObject: figures, options: .sortedKeys)
    print(String(decoding: data, as: UTF8.self))
    fflush(nil)
  }
}
