public import RPC

/// How a program stands in its surroundings: where it listens, by which certificates, within which
/// limits, and what is to be seen of it.
///
/// ```json
/// "listen": {"host": "0.0.0.0", "port": 50050,
///            "tls": {"certificateChainFile": "/etc/millrace/server.pem",
///                    "privateKeyFile": "/etc/millrace/server.key",
///                    "clientCertificates": "optional",
///                    "clientAuthoritiesFile": "/etc/millrace/partners-ca.pem"}},
/// "limits": {"concurrentStreams": 200},
/// "monitoring": {"host": "127.0.0.1", "port": 9464},
/// "log": {"format": "json", "level": "info"}
/// ```
public struct Door: Sendable, Hashable {
  /// Where it listens.
  public let listen: HostAndPort
  /// Its certificates; nil speaks in the clear.
  public let tls: ServerTLS?
  /// What one connection may use.
  public let limits: RPC.Limits
  /// Where monitoring asks for metrics and readiness, in plain HTTP; nil where nobody does.
  public let monitoring: HostAndPort?
  /// How the program logs.
  public let log: LogSettings

  /// A door of its parts.
  public init(
    listen: HostAndPort, tls: ServerTLS? = nil, limits: RPC.Limits = RPC.Limits(),
    monitoring: HostAndPort? = nil, log: LogSettings = LogSettings()
  ) {
    self.log = log
    self.monitoring = monitoring
    self.listen = listen
    self.tls = tls
    self.limits = limits
  }
}

/// Where a service is that this program calls, and how it is recognised.
///
/// ```json
/// "production": {"host": "production.plant", "port": 50051,
///                "tls": {"authoritiesFile": "/etc/millrace/plant-ca.pem"}}
/// ```
public struct ServiceAddress: Sendable, Hashable {
  /// Where it listens.
  public let address: HostAndPort
  /// The certificates on both sides; nil speaks in the clear.
  public let tls: ClientTLS?

  /// An address of its parts.
  public init(address: HostAndPort, tls: ClientTLS? = nil) {
    self.address = address
    self.tls = tls
  }
}

extension Settings {
  /// The door of a program, from the keys `listen`, `limits`, `monitoring` and `log`.
  /// - Parameter limits: what holds for limits that the file does not name.
  public func door(limits: RPC.Limits) -> Door {
    Door(
      listen: address("listen"), tls: section("listen").serverTLS(),
      limits: self.limits(default: limits),
      monitoring: has("monitoring") ? address("monitoring") : nil, log: log())
  }

  /// A service that this program calls, below a key.
  public func service(_ key: String) -> ServiceAddress {
    ServiceAddress(address: address(key), tls: section(key).clientTLS())
  }

  private func serverTLS() -> ServerTLS? {
    guard has("tls") else { return nil }
    let tls = section("tls")
    var result = ServerTLS(
      certificateChainFile: tls.text("certificateChainFile"),
      privateKeyFile: tls.text("privateKeyFile"))
    switch tls.text("clientCertificates", default: "none") {
    case "none": break
    case "optional": result.clientCertificates = .optional
    case "required": result.clientCertificates = .required
    default: tls.reject("clientCertificates", "must be none, optional or required")
    }
    if tls.has("clientAuthoritiesFile") {
      result.clientAuthoritiesFile = tls.text("clientAuthoritiesFile")
    } else if result.clientCertificates != .none {
      tls.reject("clientAuthoritiesFile", "is required when callers show certificates")
    }
    return result
  }

  private func clientTLS() -> ClientTLS? {
    guard has("tls") else { return nil }
    let tls = section("tls")
    func optional(_ key: String) -> String? { tls.has(key) ? tls.text(key) : nil }
    let result = ClientTLS(
      authoritiesFile: optional("authoritiesFile"),
      certificateChainFile: optional("certificateChainFile"),
      privateKeyFile: optional("privateKeyFile"), serverName: optional("serverName"))
    if (result.certificateChainFile == nil) != (result.privateKeyFile == nil) {
      tls.reject("certificateChainFile", "and privateKeyFile belong together")
    }
    return result
  }

  private func limits(default limits: RPC.Limits) -> RPC.Limits {
    var limits = limits
    let section = section("limits")
    for setting in RPC.Limits.settings where section.has(setting.name) {
      let range = Int64(setting.range.lowerBound)...Int64(setting.range.upperBound)
      let value = Int(section.number(setting.name, range))
      // The range has been checked and reported; a value outside it is not used anyway.
      try? limits.set(setting.name, to: value)
    }
    return limits
  }
}
