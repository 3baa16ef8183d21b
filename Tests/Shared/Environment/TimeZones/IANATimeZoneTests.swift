import Environment
import Foundation
import Testing
import Values

@Suite struct `A time zone of the world` {
  private static func instant(_ text: String) throws -> Instant {
    try #require(CivilTime(text: text)).instant
  }

  @Test(arguments: [
    ("Europe/Berlin", "2026-03-29 01:00:00", 3_600, 7_200),
    ("Europe/Berlin", "2026-10-25 01:00:00", 7_200, 3_600),
    ("Europe/Berlin", "2100-10-31 01:00:00", 7_200, 3_600),
    ("Europe/Dublin", "2026-03-29 01:00:00", 0, 3_600),
    ("America/New_York", "2026-03-08 07:00:00", -18_000, -14_400),
    ("America/New_York", "2007-11-04 06:00:00", -14_400, -18_000),
    ("Australia/Lord_Howe", "2026-04-04 15:00:00", 39_600, 37_800),
    ("Australia/Lord_Howe", "2026-10-03 15:30:00", 37_800, 39_600),
    ("America/Sao_Paulo", "2019-02-17 02:00:00", -7_200, -10_800),
    ("Africa/Casablanca", "2026-02-15 02:00:00", 3_600, 0),
    ("Africa/Casablanca", "2026-03-22 02:00:00", 0, 3_600),
    ("Pacific/Apia", "2011-12-30 10:00:00", -36_000, 50_400),
    ("Asia/Kathmandu", "1985-12-31 18:30:00", 19_800, 20_700),
  ])
  func `changes its clocks when everybody knows it does`(
    name: String, moment: String, before: Int, after: Int
  ) throws {
    let (zone, change) = (try IANATimeZone(name), try Self.instant(moment))
    let last = Instant(microseconds: change.microseconds - 1)
    #expect(zone.offsetSeconds(at: last) == before)
    #expect(zone.offsetSeconds(at: change) == after)
    #expect(zone.nextChange(after: last) == change)
    #expect(zone.nextChange(after: change) != change)
  }

  @Test func `may never change them`() throws {
    let now = try Self.instant("2026-01-01 00:00:00")
    for (name, offset) in [("UTC", 0), ("Etc/UTC", 0), ("Asia/Kolkata", 19_800)] {
      let zone = try IANATimeZone(name)
      #expect(zone.offsetSeconds(at: now) == offset)
      #expect(zone.nextChange(after: now) == nil)
      #expect(zone.name == name)
    }
    #expect(try IANATimeZone("America/Sao_Paulo").nextChange(after: now) == nil)
    #expect(try IANATimeZone("UTC").offsetSeconds(at: Instant(microseconds: .min)) == 0)
    #expect(try IANATimeZone("Europe/Berlin").nextChange(after: Instant(microseconds: .max)) == nil)
  }

  @Test(arguments: [
    "", "CET", "CET+1", "GMT+2", "GMT", "EST5EDT", "UTC+3", "Etc/GMT+2", "Europe/Atlantis",
    "Europe",
    "America/Argentina", "europe/berlin", "posix/Europe/Berlin", "right/Europe/Berlin",
    "/usr/share/zoneinfo/Europe/Berlin", "../zoneinfo/Europe/Berlin", "Europe/../Europe/Berlin",
    "Europe/./Berlin", "Europe//Berlin", "Europe/Berlin/", "Europe/Berlin\0", " Europe/Berlin",
    "localtime", "posixrules", "Europe/Zürich", String(repeating: "A", count: 10_000) + "/B",
  ])
  func `is not found by anything but the name of a place`(name: String) {
    #expect(throws: TimeZoneError.unknown(name)) { try IANATimeZone(name) }
    #expect(TimeZoneError.unknown(name).description.utf8.count < 200)
  }

  /// Foundation has the world's zones as well, read by other people's code from another file. Its file is as old
  /// as the compiler, ours is the operating system's: a few zones' rules have changed since. Whoever reads wrongly
  /// differs in far more.
  @Test func `is Foundation's at and around every change until the year 2100`() throws {
    let end = try Self.instant("2101-01-01 00:00:00")
    var compared = 0
    var zones = 0
    var differences: [String] = []
    for name in TimeZone.knownTimeZoneIdentifiers {
      guard let theirs = TimeZone(identifier: name), let ours = try? IANATimeZone(name) else {
        continue
      }
      zones += 1
      var moment = Instant(seconds: 0)
      var moments = stride(from: Int64(0), to: end.microseconds / 1_000_000, by: 86_400 * 45)
        .map { Instant(seconds: $0) }
      while let change = ours.nextChange(after: moment), change < end {
        moments += [change.advanced(seconds: -1), change]
        moment = change
      }
      for moment in moments {
        let seconds = Double(moment.microseconds) / 1_000_000
        let expected = theirs.secondsFromGMT(for: Date(timeIntervalSince1970: seconds))
        guard ours.offsetSeconds(at: moment) == expected else {
          differences.append(
            "\(name) at \(moment): \(ours.offsetSeconds(at: moment)), not \(expected)")
          break
        }
        compared += 1
      }
    }
    #expect(compared > 100_000)
    #expect(differences.count <= zones / 20, "\(differences)")
  }
}
