/// The defence against addresses whose connections flood, are ended by ``FloodGuard``, and come
/// again at once with a fresh allowance.
///
/// What connections used up of their allowances is a debt of their address, which time pays. As long
/// as the debt is too high, further connections of the address wait in a line and are let in one by
/// one, with a pause between two. Those that are open already feel nothing. It reads no clock itself.
struct AddressGuard {
  /// What becomes of a new connection.
  enum Arrival: Hashable {
    case enters
    /// It is read when ``mayEnter(_:from:atNanoseconds:)`` says so; to be asked at every pause.
    case waits
    /// The line is too long.
    case refused
  }

  private struct Account {
    /// When the debt is paid.
    var paidAt: Int64
    /// Before when nobody is let in, as long as the debt is too high.
    var nextAt: Int64
    /// In the order of their arrival.
    var waiting: [ObjectIdentifier] = []
    /// When it was last said that it has to wait.
    var saidAt: Int64?
  }

  private let windowNanoseconds: Int64
  private let allowanceNanoseconds: Int64
  private let pauseNanoseconds: Int64
  private let longestLine: Int
  private var accounts: [CallerNetwork: Account] = [:]

  /// Addresses remembered now.
  var count: Int { accounts.count }

  init(limits: Limits) {
    windowNanoseconds = Int64(limits.floodWindowMilliseconds) * 1_000_000
    allowanceNanoseconds = windowNanoseconds / Int64(limits.floodsPerAddress)
    pauseNanoseconds = Int64(limits.floodPauseMilliseconds) * 1_000_000
    // Who would wait longer than a preface may take has given up before.
    longestLine = max(1, limits.prefaceMilliseconds / limits.floodPauseMilliseconds)
  }

  /// A connection has used up a part of what it may do (0 to 1). Answers whether it is time to say
  /// that the address has to wait: once per window.
  mutating func charge(_ part: Double, to network: CallerNetwork, atNanoseconds now: Int64) -> Bool
  {
    guard part > 0 else { return false }
    makeRoom(now)
    var account = accounts[network] ?? Account(paidAt: now, nextAt: now)
    let debt = max(0, account.paidAt - now) + Int64(part * Double(allowanceNanoseconds))
    // Never so much that an address suffers long after the last flood.
    account.paidAt = now + min(debt, 2 * windowNanoseconds)
    let isOld = account.saidAt.map { now - $0 >= windowNanoseconds } ?? true
    let isNews = isOld && isSlow(account, now)
    if isNews { account.saidAt = now }
    accounts[network] = account
    return isNews
  }

  /// A connection is new.
  mutating func arrive(
    _ connection: ObjectIdentifier, from network: CallerNetwork, atNanoseconds now: Int64
  ) -> Arrival {
    guard var account = accounts[network], isSlow(account, now) || !account.waiting.isEmpty else {
      return .enters
    }
    guard account.waiting.count < longestLine else { return .refused }
    account.waiting.append(connection)
    accounts[network] = account
    return mayEnter(connection, from: network, atNanoseconds: now) ? .enters : .waits
  }

  /// Whether it is the turn of a connection that waits; it is let in then.
  mutating func mayEnter(
    _ connection: ObjectIdentifier, from network: CallerNetwork, atNanoseconds now: Int64
  ) -> Bool {
    // Who is not in the line any more has nothing to wait for.
    guard var account = accounts[network], let place = account.waiting.firstIndex(of: connection)
    else { return true }
    guard !isSlow(account, now) || place == 0 && now >= account.nextAt else { return false }
    account.waiting.remove(at: place)
    account.nextAt = now + pauseNanoseconds
    accounts[network] = account
    return true
  }

  /// A connection is gone.
  mutating func leave(_ connection: ObjectIdentifier, from network: CallerNetwork) {
    guard let place = accounts[network]?.waiting.firstIndex(of: connection) else { return }
    accounts[network]?.waiting.remove(at: place)
  }

  private func isSlow(_ account: Account, _ now: Int64) -> Bool {
    account.paidAt - now > windowNanoseconds
  }

  private mutating func makeRoom(_ now: Int64) {
    guard accounts.count >= Limits.Fixed.rememberedAddresses else { return }
    accounts = accounts.filter { $0.value.paidAt > now || !$0.value.waiting.isEmpty }
    // So many addresses at once are no accident, and none of them matters alone.
    if accounts.count >= Limits.Fixed.rememberedAddresses { accounts = [:] }
  }
}
