import NIOCore
import Synchronization

/// The connections a server has, across its event loops.
final class ServerConnections: Sendable {
  /// What becomes of a new connection.
  enum Admission: Hashable {
    case now
    /// It is read when so many nanoseconds have passed; see ``AddressGuard``.
    case later(nanoseconds: Int64)
    /// There are as many as may be.
    case refused
  }

  private struct State {
    var connections: [ObjectIdentifier: ServerConnection] = [:]
    var countByNetwork: [CallerNetwork: Int] = [:]
    var addressGuard: AddressGuard
    var waiting: [CheckedContinuation<Void, Never>] = []
    var takesMore = true
  }

  private let maximum: Int
  private let maximumPerAddress: Int
  private let state: Mutex<State>

  /// Takes as many connections as the limits allow.
  init(limits: Limits) {
    maximum = limits.connections
    maximumPerAddress = limits.connectionsPerAddress
    state = Mutex(State(addressGuard: AddressGuard(limits: limits)))
  }

  /// Whether there is none.
  var isEmpty: Bool { state.withLock { $0.connections.isEmpty } }

  /// Takes a connection in, unless it is refused.
  func insert(_ connection: ServerConnection) -> Admission {
    let network = connection.network
    let now = connection.now
    return state.withLock { state in
      let count = state.countByNetwork[network, default: 0]
      guard state.takesMore, state.connections.count < maximum, count < maximumPerAddress,
        let delay = state.addressGuard.delay(of: network, atNanoseconds: now)
      else { return .refused }
      state.connections[ObjectIdentifier(connection)] = connection
      state.countByNetwork[network] = count + 1
      return delay > 0 ? .later(nanoseconds: delay) : .now
    }
  }

  /// Refuses every connection from now on.
  func takeNoMore() { state.withLock { $0.takesMore = false } }

  /// A connection has used up a part of what it may do; see ``FloodGuard/usedPart(atNanoseconds:)``.
  func charge(_ connection: ServerConnection, part: Double) {
    let network = connection.network
    let now = connection.now
    state.withLock { $0.addressGuard.charge(part, to: network, atNanoseconds: now) }
  }

  func remove(_ connection: ServerConnection) {
    let network = connection.network
    let waiting = state.withLock { state in
      guard state.connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else {
        return [CheckedContinuation<Void, Never>]()
      }
      let count = state.countByNetwork[network, default: 1] - 1
      state.countByNetwork[network] = count > 0 ? count : nil
      guard state.connections.isEmpty else { return [CheckedContinuation<Void, Never>]() }
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Runs an action for each, on its event loop.
  func forEach(_ action: @escaping @Sendable (ServerConnection) -> Void) {
    for connection in state.withLock({ Array($0.connections.values) }) {
      connection.eventLoop.execute { action(connection) }
    }
  }

  /// Waits until the last one is gone.
  func becomeEmpty() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isEmpty = state.withLock { state in
        if !state.connections.isEmpty { state.waiting.append(continuation) }
        return state.connections.isEmpty
      }
      if isEmpty { continuation.resume() }
    }
  }
}
