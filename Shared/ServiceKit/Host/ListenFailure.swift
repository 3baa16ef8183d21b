import NIOCore

/// A port of the configuration can't be opened.
struct ListenFailure: Error, CustomStringConvertible {
  /// The setting that names it.
  let setting: String
  let address: HostAndPort
  let problem: IOError

  var description: String { "\(setting): \(address) can't be opened: \(problem)" }
}
