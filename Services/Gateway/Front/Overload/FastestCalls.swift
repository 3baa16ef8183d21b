public import Environment
public import RPC
import Synchronization

/// How fast calls of each method were lately, so that one whose deadline can't be met is refused at
/// once, and not when it has cost the service its work.
///
/// It can't be met when even the fastest call of the last seconds took longer than this one has.
public final class FastestCalls: CallObserver {
  /// Calls that must have been seen: of few the fastest says little.
  static let enough = 20
  /// The length of a window, in nanoseconds. The last whole one and the present one count; a method
  /// that nobody calls for so long is known no more.
  static let windowNanoseconds: Int64 = 10_000_000_000

  private let clock: any Clock
  private let methods: [String: Method]

  /// Watches over calls.
  /// - Parameter paths: the methods that there are; they bound it.
  public init(paths: Set<String> = OfferedMethods.paths, clock: any Clock) {
    self.clock = clock
    methods = Dictionary(uniqueKeysWithValues: paths.map { ($0, Method()) })
  }

  /// What is known of one method.
  final class Method: Sendable {
    struct Window {
      var startedAt: Int64 = 0
      var calls = 0
      var fastestNanoseconds = Int64.max
    }

    private struct State {
      var present = Window()
      var last = Window()
    }

    private let state = Mutex(State())

    func add(_ nanoseconds: Int64, at now: Int64) {
      state.withLock { state in
        Self.turn(&state, now)
        state.present.calls += 1
        state.present.fastestNanoseconds = min(state.present.fastestNanoseconds, nanoseconds)
      }
    }

    /// The fastest call lately; `nil` when too few are known.
    func fastestNanoseconds(at now: Int64) -> Int64? {
      state.withLock { state in
        Self.turn(&state, now)
        guard state.present.calls + state.last.calls >= FastestCalls.enough else { return nil }
        return min(state.present.fastestNanoseconds, state.last.fastestNanoseconds)
      }
    }

    private static func turn(_ state: inout State, _ now: Int64) {
      let age = now - state.present.startedAt
      guard age >= windowNanoseconds else { return }
      state.last = age < 2 * windowNanoseconds ? state.present : Window()
      state.present = Window(startedAt: now)
    }
  }

  /// What is known of a path's method; `nil` when there is none.
  func method(_ path: String) -> Method? { methods[path] }

  /// Counts how long good calls take: a refusal is quick, and says nothing.
  public func observation(of path: String) -> (@Sendable (CallOutcome) -> Void)? {
    guard let method = methods[path] else { return nil }
    return { [clock] outcome in
      guard outcome.code == .ok else { return }
      method.add(outcome.durationNanoseconds, at: clock.monotonicNanoseconds)
    }
  }
}
