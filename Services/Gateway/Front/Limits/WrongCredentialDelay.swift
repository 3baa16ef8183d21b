import Environment
import RPC
import Synchronization

/// Slows down who shows wrong credentials, by address: the first ones are answered at once, further
/// ones one a second, so that nobody guesses and a client that is set up wrongly does no harm.
///
/// A right credential is never slowed down, whoever else calls from its address.
final class WrongCredentialDelay: Sendable {
  /// Wrong ones that are answered at once: a client that is set up wrongly, tried by hand.
  static let burst: Int64 = 10
  /// From then on one in so many milliseconds.
  static let intervalMilliseconds: Int64 = 1_000
  /// Longest delay: who waits for longer has given up, and would only hold memory.
  static let longestMilliseconds: Int64 = 5_000
  /// Most addresses that are remembered, some 100 bytes each. Beyond it all new ones share one
  /// account.
  static let maximumAddresses = 10_000
  /// Most calls that wait: each holds some kilobytes. Beyond it wrong credentials are answered at
  /// once, which costs less than waiting.
  static let maximumWaiting = 1_000

  fileprivate struct State {
    /// By address, when its last answer is due.
    var dueAt: [CallerNetwork?: Int64] = [:]
    var waiting = 0
  }

  private let state = Mutex(State())
  private let clock: any Clock
  private static let nanosecondsPerMillisecond: Int64 = 1_000_000

  init(clock: any Clock) { self.clock = clock }

  /// Waits as long as the address has to. A caller that goes away meanwhile ends the waiting.
  func wait(_ network: CallerNetwork?) async {
    guard let milliseconds = enter(network) else { return }
    defer { state.withLock { $0.waiting -= 1 } }
    // Cancelled: there is nobody to answer.
    try? await Task.sleep(for: .milliseconds(milliseconds))
  }

  /// Counts a wrong credential. For how many milliseconds its answer waits, as one of those that
  /// wait; `nil` for one that does not.
  func enter(_ network: CallerNetwork?) -> Int64? {
    let now = clock.monotonicNanoseconds
    return state.withLock { state in
      let account = state.account(of: network, now)
      let interval = Self.intervalMilliseconds * Self.nanosecondsPerMillisecond
      let free = now - (Self.burst - 1) * interval
      let longest = now + Self.longestMilliseconds * Self.nanosecondsPerMillisecond
      let dueAt = min(max(state.dueAt[account] ?? .min, free - interval) + interval, longest)
      state.dueAt[account] = dueAt
      let delay = (dueAt - now) / Self.nanosecondsPerMillisecond
      guard delay > 0, state.waiting < Self.maximumWaiting else { return nil }
      state.waiting += 1
      return delay
    }
  }

  /// Addresses remembered now.
  var count: Int { state.withLock { $0.dueAt.count } }
}

extension WrongCredentialDelay.State {
  /// The account of an address; the shared one when there is no room.
  fileprivate mutating func account(of network: CallerNetwork?, _ now: Int64) -> CallerNetwork? {
    guard dueAt[network] == nil, dueAt.count >= WrongCredentialDelay.maximumAddresses else {
      return network
    }
    // Whoever's last answer was due a burst ago has its whole burst again.
    let rest = WrongCredentialDelay.burst * WrongCredentialDelay.intervalMilliseconds * 1_000_000
    dueAt = dueAt.filter { $0.value > now - rest }
    return dueAt.count < WrongCredentialDelay.maximumAddresses ? network : nil
  }
}
