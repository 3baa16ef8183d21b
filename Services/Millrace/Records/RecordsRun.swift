import Environment
import Foundation
import Glibc
import RecordStore
import UnixSignals

/// Runs what can take long on a terminal: shows how far it has come, ends tidily on a signal, and
/// measures.
enum RecordsRun {
  /// Runs the body and answers its result and the seconds it took.
  static func measured<Report: Sendable>(
    _ body: @escaping @Sendable (@escaping @Sendable (CopyProgress) -> Void) async throws -> Report
  ) async throws -> (report: Report, seconds: Double) {
    let clock = Environment.system.clock
    let start = clock.monotonicNanoseconds
    let work = Task { try await body(show) }
    // What is half written is removed before the program ends.
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    let ending = Task { for await _ in signals { work.cancel() } }
    defer { ending.cancel() }
    let result = await work.result
    erase()
    if case .failure(let error) = result, error is CancellationError { throw Interrupted() }
    return (try result.get(), Double(clock.monotonicNanoseconds - start) / 1e9)
  }

  /// Somebody at the terminal gave up.
  struct Interrupted: Error, CustomStringConvertible {
    var description: String { "interrupted; nothing has changed" }
  }

  private static func show(_ progress: CopyProgress) {
    let what = progress.percent == 100 ? "checking" : "copying, \(progress.percent) % of"
    show("\(what) \(RecordsText.bytes(progress.totalBytes)) …")
  }

  /// One line that is written over; scripts and files get none.
  static func show(_ text: String) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    write("\r\u{1B}[K\(text)")
  }

  /// Removes that line.
  static func erase() {
    guard isatty(STDERR_FILENO) == 1 else { return }
    write("\r\u{1B}[K")
  }

  private static func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
