/// The command line of the server.
struct Options {
  /// Where the request bodies are written.
  var bodyFolder = ""
  /// Event loops, 1 or more.
  var loopCount = 1
  /// Messages of one streaming call, 1 or more.
  var messageCount = 1_000

  /// PEM files; both for TLS, none for plaintext.
  var certificateFile: String?
  var keyFile: String?

  static let usage = """
    usage: RPCBenchServer BODY-FOLDER [--loops COUNT] [--messages COUNT]
      [--tls-certificate FILE --tls-key FILE]
    """

  /// Reads the arguments after the program's name; nil when they are not those of ``usage``.
  init?(_ arguments: some Collection<String>) {
    var rest = arguments[...]
    guard let folder = rest.popFirst() else { return nil }
    bodyFolder = folder
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { return nil }
      switch (name, Int(value)) {
      case ("--loops", let count?) where count > 0: loopCount = count
      case ("--messages", let count?) where count > 0: messageCount = count
      case ("--tls-certificate", _): certificateFile = value
      case ("--tls-key", _): keyFile = value
      default: return nil
      }
    }
    if (certificateFile == nil) != (keyFile == nil) { return nil }
  }
}
