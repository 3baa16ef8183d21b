public import Environment
import Foundation

/// The random numbers of a test that are others in each run, and can be had again.
public struct TestSeed: Sendable {
  /// The seed: of MILLRACE_TEST_SEED, else a new one.
  public let number: UInt64

  /// Takes a seed and prints it with what it is for, so that a failed run can be repeated.
  public init(of what: String) {
    let given = ProcessInfo.processInfo.environment["MILLRACE_TEST_SEED"].flatMap { UInt64($0) }
    number = given ?? .random(in: 0...UInt64.max)
    print("\(what): seed \(number) (repeat with MILLRACE_TEST_SEED=\(number))")
  }

  /// The numbers of this seed; of another one for each part of the test.
  public func generator(part: UInt64 = 0) -> SeededGenerator {
    SeededGenerator(seed: number &+ part)
  }
}
