public import ArgumentParser

/// The command line that every service has.
public struct ProgramOptions: ParsableArguments {
  /// The configuration file.
  @Option(help: "The JSON configuration file.")
  public var config: String

  /// Only check the configuration.
  @Flag(help: "Check the configuration, say what is wrong with it, and end.")
  public var checkConfig = false

  /// Options as they are parsed.
  public init() {}
}
