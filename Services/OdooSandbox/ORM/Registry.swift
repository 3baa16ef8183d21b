/// The models the sandbox has.
struct Registry: Sendable {
  let version: OdooVersion
  let models: [String: Model]
  /// The kept references to each model.
  let references: [String: [Reference]]

  /// A field that refers to a model.
  struct Reference: Sendable {
    let model: Model
    let field: Field
  }

  private init(_ version: OdooVersion) {
    self.version = version
    let all =
      BaseModels.all + AccountModels.all + ProductModels.all(version) + StockModels.all
      + ManufacturingModels.all
    models = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    var references: [String: [Reference]] = [:]
    for model in all {
      for name in model.indexed.sorted() {
        guard let field = model.fields[name], let comodel = field.kind.comodel else { continue }
        references[comodel, default: []].append(Reference(model: model, field: field))
      }
    }
    self.references = references
  }

  private static let v17 = Registry(.v17)
  private static let v18 = Registry(.v18)

  /// Everything that the manufacturing flows and the master data touch.
  static func of(_ version: OdooVersion) -> Registry { version == .v17 ? v17 : v18 }
}
