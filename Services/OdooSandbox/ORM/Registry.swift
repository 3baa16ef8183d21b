/// The models the sandbox has.
struct Registry: Sendable {
  let models: [String: Model]

  init(_ models: [Model]) {
    self.models = Dictionary(uniqueKeysWithValues: models.map { ($0.name, $0) })
  }

  /// Everything that the manufacturing flows touch.
  static let standard = Registry(
    BaseModels.all + ProductModels.all + StockModels.all + ManufacturingModels.all)
}
