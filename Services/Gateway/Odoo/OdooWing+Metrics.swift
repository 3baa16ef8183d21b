import Environment
import RecordStore
public import ServiceKit
import Values

extension OdooWing: MetricSource {
  /// Whether each site's Odoo answers, what it was called for, and what waits for it or for a person.
  public func families() async throws -> [MetricFamily] {
    var waiting: [SiteCode: WaitingRecords.Waiting] = [:]
    for site in sites {
      waiting[site] = try await database.read { try WaitingRecords.waiting(at: site, $0) }
    }
    return reachability() + queues(waiting) + masterData()
  }

  private func reachability() -> [MetricFamily] {
    var reachable = MetricFamily(
      "millrace_odoo_reachable", .gauge,
      help: "1 when the last call to the site's Odoo was answered.")
    var calls = MetricFamily(
      "millrace_odoo_calls_total", .counter, help: "Calls made to Odoo, by model and method.")
    for site in sites {
      guard let status = status(of: site) else { continue }
      reachable.add(status.isReachable ? 1 : 0, [.init("site", site.text)])
      for call in status.calls {
        calls.add(
          Double(call.sent),
          [.init("site", site.text), .init("model", call.model), .init("method", call.method)])
      }
    }
    return [reachable, calls]
  }

  private func masterData() -> [MetricFamily] {
    var read = MetricFamily(
      "millrace_masterdata_rows_read_total", .counter,
      help: "Rows of master data read from Odoo, by model; unchanged ones, too.")
    var sent = MetricFamily(
      "millrace_masterdata_records_sent_total", .counter,
      help: "Records that MasterData has taken or had already, by kind.")
    var rejected = MetricFamily(
      "millrace_masterdata_records_rejected_total", .counter,
      help: "Records that MasterData has rejected, by kind.")
    var waiting = MetricFamily(
      "millrace_masterdata_odoo_seconds_total", .counter,
      help: "For how long Odoo was asked for master data.")
    var working = MetricFamily(
      "millrace_masterdata_working_seconds_total", .counter,
      help: "For how long master data was brought over in all, the waiting for Odoo included.")
    for site in sites {
      guard let board = flow(of: site)?.masterDataBoard else { continue }
      let label = MetricFamily.Label("site", site.text)
      for (name, counts) in board.counts.sorted(by: { $0.key < $1.key }) {
        if name.contains(".") {
          read.add(Double(counts.read), [label, .init("model", name)])
        } else {
          sent.add(Double(counts.sent), [label, .init("kind", name)])
          rejected.add(Double(counts.rejected), [label, .init("kind", name)])
        }
      }
      waiting.add(Double(board.nanoseconds.odoo) / 1_000_000_000, [label])
      working.add(Double(board.nanoseconds.total) / 1_000_000_000, [label])
    }
    return [read, sent, rejected, waiting, working]
  }

  private func queues(_ waiting: [SiteCode: WaitingRecords.Waiting]) -> [MetricFamily] {
    var postings = MetricFamily(
      "millrace_odoo_postings_waiting", .gauge, help: "Orders whose posting is to be looked at.")
    var postingAge = MetricFamily(
      "millrace_odoo_postings_oldest_age_seconds", .gauge,
      help: "How long the first of them has been due.")
    var cases = MetricFamily(
      "millrace_odoo_cases_open", .gauge, help: "Cases that a person has to decide.")
    var caseAge = MetricFamily(
      "millrace_odoo_cases_oldest_age_seconds", .gauge,
      help: "How long the oldest of them has been open.")
    for site in sites {
      guard let found = waiting[site] else { continue }
      let label = [MetricFamily.Label("site", site.text)]
      postings.add(Double(found.postings), label)
      postingAge.add(ageSeconds(of: found.oldestDueAt), label)
      cases.add(Double(found.openCases), label)
      caseAge.add(ageSeconds(of: found.oldestCaseAt), label)
    }
    return [postings, postingAge, cases, caseAge]
  }

  private func ageSeconds(of moment: Instant?) -> Double {
    moment.map { max(0, Double(clock.now.milliseconds(since: $0)) / 1_000) } ?? 0
  }
}
