import NIOCore
import Synchronization

/// The connections a server has, across its event loops.
final class ServerConnections: Sendable {
  private struct State {
    var connections: [ObjectIdentifier: ServerConnection] = [:]
    var countByAddress: [String: Int] = [:]
    var waiting: [CheckedContinuation<Void, Never>] = []
    var takesMore = true
  }

  private let maximum: Int
  private let maximumPerAddress: Int
  private let state = Mutex(State())

  /// Takes so many connections in all, and so many from one address.
  init(maximum: Int, maximumPerAddress: Int) {
    self.maximum = maximum
    self.maximumPerAddress = maximumPerAddress
  }

  /// Takes a connection in; false when there are as many as may be.
  func insert(_ connection: ServerConnection) -> Bool {
    let address = connection.peer.address?.ipAddress ?? ""
    return state.withLock { state in
      let count = state.countByAddress[address, default: 0]
      guard state.takesMore, state.connections.count < maximum, count < maximumPerAddress
      else { return false }
      state.connections[ObjectIdentifier(connection)] = connection
      state.countByAddress[address] = count + 1
      return true
    }
  }

  /// Refuses every connection from now on.
  func takeNoMore() { state.withLock { $0.takesMore = false } }

  func remove(_ connection: ServerConnection) {
    let address = connection.peer.address?.ipAddress ?? ""
    let waiting = state.withLock { state in
      guard state.connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else {
        return [CheckedContinuation<Void, Never>]()
      }
      let count = state.countByAddress[address, default: 1] - 1
      state.countByAddress[address] = count > 0 ? count : nil
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
