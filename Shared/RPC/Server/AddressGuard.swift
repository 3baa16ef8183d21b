/// The defence against addresses whose connections flood, are ended by ``FloodGuard``, and come
/// again at once with a fresh allowance.
///
/// What connections used up of their allowances is a debt of their address, which time pays. As long
/// as the debt is too high, further connections of the address are let in one by one, with a pause
/// after each. Those that are open already feel nothing. It reads no clock itself.
struct AddressGuard {
  private struct Account {
    /// When the debt is paid.
    var paidAt: Int64
    /// Before when no further connection is let in, while the debt is too high.
    var nextAt: Int64
  }

  private let windowNanoseconds: Int64
  private let allowanceNanoseconds: Int64
  private let pauseNanoseconds: Int64
  private let longestDelayNanoseconds: Int64
  private var accounts: [CallerNetwork: Account] = [:]

  /// Addresses remembered now.
  var count: Int { accounts.count }

  init(limits: Limits) {
    windowNanoseconds = Int64(limits.floodWindowMilliseconds) * 1_000_000
    allowanceNanoseconds = windowNanoseconds / Int64(limits.floodsPerAddress)
    pauseNanoseconds = Int64(limits.floodPauseMilliseconds) * 1_000_000
    // A client that has waited longer has given up.
    longestDelayNanoseconds = Int64(limits.prefaceMilliseconds) * 1_000_000
  }

  /// A connection has used up a part of what it may do (0 to 1).
  mutating func charge(_ part: Double, to network: CallerNetwork, atNanoseconds now: Int64) {
    guard part > 0 else { return }
    makeRoom(now)
    var account = accounts[network] ?? Account(paidAt: now, nextAt: now)
    let debt = max(0, account.paidAt - now) + Int64(part * Double(allowanceNanoseconds))
    // Never so much that an address suffers long after the last flood.
    account.paidAt = now + min(debt, 2 * windowNanoseconds)
    accounts[network] = account
  }

  /// How long a new connection has to wait, in nanoseconds; nil when too many wait before it.
  mutating func delay(of network: CallerNetwork, atNanoseconds now: Int64) -> Int64? {
    guard var account = accounts[network], account.paidAt - now > windowNanoseconds
    else { return 0 }
    let start = max(account.nextAt, now)
    guard start - now <= longestDelayNanoseconds else { return nil }
    account.nextAt = start + pauseNanoseconds
    accounts[network] = account
    return start - now
  }

  private mutating func makeRoom(_ now: Int64) {
    guard accounts.count >= Limits.Fixed.rememberedAddresses else { return }
    accounts = accounts.filter { $0.value.paidAt > now }
    // So many addresses at once are no accident, and none of them matters alone.
    if accounts.count >= Limits.Fixed.rememberedAddresses { accounts = [:] }
  }
}
