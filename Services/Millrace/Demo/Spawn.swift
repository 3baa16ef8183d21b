import Glibc
import Synchronization

/// The system calls behind ``ChildProcess``.
enum Spawn {
  /// Sets "kill me when my parent dies" and then becomes the program: util-linux, on every Debian.
  static let launcher = "/usr/bin/setpriv"

  /// A child and the reading end of its standard output.
  struct Spawned {
    let processID: pid_t
    let output: Int32
  }

  /// Starts the program from the calling thread.
  static func spawn(
    name: String, executable: String, arguments: [String], errorFile: String
  ) throws(ChildProcessError) -> Spawned {
    // One at a time: a child must not inherit the pipe of another that is just being started.
    try starting.withLock { _ throws(ChildProcessError) in
      try spawnAlone(name, executable, arguments, errorFile)
    }
  }

  private static let starting = Mutex(())

  private static func spawnAlone(
    _ name: String, _ executable: String, _ arguments: [String], _ errorFile: String
  ) throws(ChildProcessError) -> Spawned {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .notStarted(name: name, reason: systemError(errno)) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addopen(
      &actions, STDERR_FILENO, errorFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    setSignals(&attributes)

    let words = [launcher, "--pdeathsig", "KILL", "--", executable] + arguments
    let argv = words.map { strdup($0) }
    defer { for word in argv { free(word) } }
    var processID: pid_t = 0
    let result = posix_spawn(
      &processID, launcher, &actions, &attributes, argv + [nil], environ)
    close(ends[1])
    guard result == 0 else {
      close(ends[0])
      throw .notStarted(name: name, reason: systemError(result))
    }
    return Spawned(processID: processID, output: ends[0])
  }

  /// Waits until the child has ended, and leaves it to be reaped.
  static func waitForEnd(of processID: pid_t) {
    var information = siginfo_t()
    // Only an interrupted wait is worth another try; anything else means there is no such child.
    while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
  }

  /// Reaps a child that has ended: its exit code, or 128 and the number of the signal.
  static func reap(_ processID: pid_t) -> Int32 {
    var status: Int32 = 0
    guard waitpid(processID, &status, 0) == processID else { return 127 }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  /// An own process group, no blocked signals, and the usual meaning of the two that this program
  /// traps: a child would inherit that they are ignored.
  private static func setSignals(_ attributes: inout posix_spawnattr_t) {
    var none = sigset_t()
    sigemptyset(&none)
    var usual = sigset_t()
    sigemptyset(&usual)
    for signal in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&usual, signal) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
  }

  private static func systemError(_ number: Int32) -> String { String(cString: strerror(number)) }
}

/// Reads lines from a file descriptor, blocking its thread.
enum LineReader {
  /// Bytes asked for at once.
  private static let chunkByteCount = 4_096
  /// A longer line is handed over in pieces: no child of ours writes one.
  private static let maximumLineByteCount = 1_048_576

  /// Calls `take` with every line until the end of the input, then closes the descriptor.
  static func readLines(descriptor: Int32, _ take: (String) -> Void) {
    defer { close(descriptor) }
    var chunk = [UInt8](repeating: 0, count: chunkByteCount)
    var line: [UInt8] = []
    while true {
      let count = read(descriptor, &chunk, chunkByteCount)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      for byte in chunk[0..<count] {
        if byte == UInt8(ascii: "\n") || line.count == maximumLineByteCount {
          take(String(decoding: line, as: UTF8.self))
          line.removeAll(keepingCapacity: true)
        }
        if byte != UInt8(ascii: "\n") { line.append(byte) }
      }
    }
    if !line.isEmpty { take(String(decoding: line, as: UTF8.self)) }
  }
}
