import Foundation
import Glibc
import Synchronization

/// A program started by this one that cannot outlive it.
///
/// One thread belongs to each child for as long as it runs: it starts it, reads what it prints and
/// waits for its end. That is not only simple: the kernel's "signal the child when its parent dies"
/// means the *thread* that started it, and threads of a pool come and go.
final class ChildProcess: Sendable {
  /// What the child is called in messages.
  let name: String
  /// The child's process id.
  let processID: pid_t
  /// What it prints on its standard output, line by line; ends when the output is closed.
  let lines: AsyncStream<String>

  private let ending: Ending

  /// Lines that may wait to be read; beyond it the oldest are dropped. A child prints a few
  /// hundred.
  private static let maximumWaitingLines = 10_000

  private init(name: String, processID: pid_t, lines: AsyncStream<String>, ending: Ending) {
    self.name = name
    self.processID = processID
    self.lines = lines
    self.ending = ending
  }

  /// Starts a program. Its standard error goes to a file, its standard input is empty.
  ///
  /// It runs in a process group of its own, so that Ctrl-C reaches only this program, which then
  /// stops its children in order. When this program dies, the kernel kills the child.
  /// - Throws: ``ChildProcessError/notStarted(name:reason:)``.
  static func start(
    name: String, executable: String, arguments: [String], errorFile: String
  ) async throws -> ChildProcess {
    let (lines, feed) = AsyncStream.makeStream(
      of: String.self, bufferingPolicy: .bufferingNewest(maximumWaitingLines))
    let ending = Ending()
    let processID = try await withCheckedThrowingContinuation {
      (started: CheckedContinuation<pid_t, any Error>) in
      let thread = Thread {
        do throws(ChildProcessError) {
          let spawned = try Spawn.spawn(
            name: name, executable: executable, arguments: arguments, errorFile: errorFile)
          started.resume(returning: spawned.processID)
          LineReader.readLines(descriptor: spawned.output) { feed.yield($0) }
          feed.finish()
          Spawn.waitForEnd(of: spawned.processID)
          ending.end { Spawn.reap(spawned.processID) }
        } catch {
          started.resume(throwing: error)
        }
      }
      thread.name = name
      thread.start()
    }
    return ChildProcess(name: name, processID: processID, lines: lines, ending: ending)
  }

  /// How the child ended: its exit code, or 128 and the number of the signal that ended it.
  func exitCode() async -> Int32 { await ending.value() }

  /// Whether it is still running.
  var isRunning: Bool { !ending.hasEnded }

  /// Asks it to end (SIGTERM), and ends it (SIGKILL) when it has not done so in time.
  func stop(graceMilliseconds: Int) async {
    send(SIGTERM)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { _ = await self.exitCode() }
      group.addTask {
        // Cancelled when the child has ended in time: then there is nothing to kill.
        do { try await Task.sleep(for: .milliseconds(graceMilliseconds)) } catch { return }
        self.send(SIGKILL)
        _ = await self.exitCode()
      }
      _ = await group.next()
      group.cancelAll()
    }
  }

  private func send(_ signal: Int32) {
    ending.whileRunning { _ = kill(processID, signal) }
  }
}

/// Why a child process is not there.
enum ChildProcessError: Error, CustomStringConvertible {
  /// It could not be started.
  case notStarted(name: String, reason: String)
  /// It ended before its work was done.
  case endedEarly(name: String, exitCode: Int32, log: String)

  var description: String {
    switch self {
    case .notStarted(let name, let reason): "\(name) could not be started: \(reason)"
    case .endedEarly(let name, let exitCode, let log):
      "\(name) ended with code \(exitCode); it said:\n\(log)"
    }
  }
}

/// The end of a child, once it is known, and whoever waits for it.
private final class Ending: Sendable {
  private struct State {
    var exitCode: Int32?
    var waiting: [CheckedContinuation<Int32, Never>] = []
  }

  private let state = Mutex(State())

  var hasEnded: Bool { state.withLock { $0.exitCode != nil } }

  /// Runs the body unless the child has ended: a process id may belong to another process then.
  func whileRunning(_ body: () -> Void) {
    state.withLock { if $0.exitCode == nil { body() } }
  }

  /// Reaps the child and remembers how it ended; under the lock, so that nobody signals its process
  /// id after that.
  func end(reaping: () -> Int32) {
    let (exitCode, waiting) = state.withLock { state in
      let exitCode = reaping()
      state.exitCode = exitCode
      defer { state.waiting = [] }
      return (exitCode, state.waiting)
    }
    for continuation in waiting { continuation.resume(returning: exitCode) }
  }

  func value() async -> Int32 {
    await withCheckedContinuation { continuation in
      let known = state.withLock { state -> Int32? in
        if state.exitCode == nil { state.waiting.append(continuation) }
        return state.exitCode
      }
      if let known { continuation.resume(returning: known) }
    }
  }
}
