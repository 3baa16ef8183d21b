import RPC
import Testing

@testable import ServiceKit

@Suite struct `Metrics as text` {
  @Test func `have a line for help, one for the type and one for each sample`() {
    var family = MetricFamily("things_total", .counter, help: "Things.")
    family.add(17, [.init("kind", "a"), .init("site", "P")])
    family.add(0.25)
    #expect(
      MetricFamily.text([family]) == """
        # HELP things_total Things.
        # TYPE things_total counter
        things_total{kind="a",site="P"} 17
        things_total 0.25

        """)
  }

  @Test func `escape what would end a label`() {
    var family = MetricFamily("m", .gauge, help: "M.")
    family.add(1, [.init("l", "a\"b\\c\nd")])
    #expect(MetricFamily.text([family]).contains(#"m{l="a\"b\\c\nd"} 1"#))
  }

  @Test func `a duration is counted up to its bound and in all above`() {
    var histogram = DurationHistogram()
    for nanoseconds in [200_000, 200_001, 11_000_000_000] as [Int64] {
      histogram.add(nanoseconds: nanoseconds)
    }
    var family = MetricFamily("d_seconds", .histogram, help: "D.")
    histogram.add(to: &family, [])
    let text = MetricFamily.text([family])
    for line in [
      #"d_seconds_bucket{le="0.0002"} 1"#, #"d_seconds_bucket{le="0.0005"} 2"#,
      #"d_seconds_bucket{le="10.0"} 2"#, #"d_seconds_bucket{le="+Inf"} 3"#, "d_seconds_count 3",
    ] {
      #expect(text.contains(line + "\n"))
    }
  }
}

@Suite struct `Metrics of calls` {
  private static func outcome(_ code: StatusCode) -> CallOutcome {
    CallOutcome(code: code, durationNanoseconds: 1_000, requestBytes: 0, responseBytes: 0)
  }

  private static func count(_ metrics: CallMetrics, _ method: String, _ code: String) -> Bool {
    MetricFamily.text(metrics.families).contains(
      """
      _count{rpc_system_name="grpc",rpc_method="\(method)",rpc_response_status_code="\(code)"}
      """)
  }

  @Test func `tell methods and statuses apart, but none that there is not`() {
    let metrics = CallMetrics { $0.hasPrefix("/p.S/") }
    metrics.observation(of: "/p.S/A")?(Self.outcome(.ok))
    metrics.observation(of: "/p.S/A")?(Self.outcome(.notFound))
    metrics.observation(of: "/made.Up/B")?(Self.outcome(.unimplemented))
    #expect(Self.count(metrics, "p.S/A", "OK"))
    #expect(Self.count(metrics, "p.S/A", "NOT_FOUND"))
    #expect(Self.count(metrics, "_OTHER", "UNIMPLEMENTED"))
    #expect(!MetricFamily.text(metrics.families).contains("made"))
  }

  @Test func `have a bound however many methods there are`() {
    let metrics = CallMetrics { _ in true }
    for number in 0...2 * CallMetrics.maximumMethods {
      metrics.observation(of: "/p.S/M\(number)")?(Self.outcome(.ok))
    }
    let text = MetricFamily.text(metrics.families)
    let series = text.split(separator: "\n").count { $0.contains("_seconds_count") }
    #expect(series == CallMetrics.maximumMethods + 1)
    #expect(Self.count(metrics, "_OTHER", "OK"))
  }
}
