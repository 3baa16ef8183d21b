/// The models the sandbox has.
struct Registry: Sendable {
  let version: OdooVersion
  let models: [String: Model]

  private init(_ version: OdooVersion) {
    self.version = version
    let all =
      BaseModels.all + AccountModels.all + ProductModels.all(version) + StockModels.all
      + ManufacturingModels.all
    models = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
  }

  private static let v17 = Registry(.v17)
  private static let v18 = Registry(.v18)

  /// Everything that the manufacturing flows and the master data touch.
  static func of(_ version: OdooVersion) -> Registry { version == .v17 ? v17 : v18 }
}
