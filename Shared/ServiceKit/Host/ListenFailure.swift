public import NIOCore

/// A port of the configuration can't be opened.
public struct ListenFailure: Error, CustomStringConvertible {
  /// The setting that names it.
  let setting: String
  let address: HostAndPort
  let problem: IOError

  /// A failure to open the port of a setting.
  public init(setting: String, address: HostAndPort, problem: IOError) {
    self.setting = setting
    self.address = address
    self.problem = problem
  }

  /// For people.
  public var description: String { "\(setting): \(address) can't be opened: \(problem)" }
}
