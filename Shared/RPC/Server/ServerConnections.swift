import Logging
import NIOCore
import Synchronization

/// The connections a server has, across its event loops.
final class ServerConnections: Sendable {
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
  func insert(_ connection: ServerConnection) -> AddressGuard.Arrival {
    let network = connection.network
    let now = connection.now
    let id = ObjectIdentifier(connection)
    return state.withLock { state in
      let count = state.countByNetwork[network, default: 0]
      guard state.takesMore, state.connections.count < maximum, count < maximumPerAddress
      else { return .refused }
      let arrival = state.addressGuard.arrive(id, from: network, atNanoseconds: now)
      guard arrival != .refused else { return .refused }
      state.connections[id] = connection
      state.countByNetwork[network] = count + 1
      return arrival
    }
  }

  /// Whether it is the turn of a connection that waits.
  func mayEnter(_ connection: ServerConnection) -> Bool {
    let network = connection.network
    let now = connection.now
    let id = ObjectIdentifier(connection)
    return state.withLock { $0.addressGuard.mayEnter(id, from: network, atNanoseconds: now) }
  }

  /// Refuses every connection from now on.
  func takeNoMore() { state.withLock { $0.takesMore = false } }

  /// A connection has used up a part of what it may do; see ``FloodGuard/misusedPart(atNanoseconds:)``.
  func charge(_ connection: ServerConnection, part: Double) {
    let network = connection.network
    let now = connection.now
    let isNew = state.withLock {
      $0.addressGuard.charge(part, to: network, atNanoseconds: now)
    }
    guard isNew else { return }
    connection.logger.notice(
      "connections of an address flood: further ones are let in one by one",
      metadata: ["address": "\(connection.peer.address?.ipAddress ?? "unknown")"])
  }

  func remove(_ connection: ServerConnection) {
    let network = connection.network
    let waiting = state.withLock { state in
      guard state.connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else {
        return [CheckedContinuation<Void, Never>]()
      }
      state.addressGuard.leave(ObjectIdentifier(connection), from: network)
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
