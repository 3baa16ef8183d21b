/// Bills of materials, work centres, manufacturing orders and their wizards.
enum ManufacturingModels {
  static let all: [Model] = [
    BillOfMaterials.model, BillOfMaterials.line, BillOfMaterials.byproduct,
    BillOfMaterials.operation, WorkCenter.model, Productivity.loss, Productivity.model,
    WorkOrder.model, Production.model, QuantityWizard.model, BackorderWizard.model,
    BackorderWizard.line, ConsumptionWizard.model, ConsumptionWizard.line, SplitWizard.model,
    SplitWizard.line, Unbuild.model,
  ]
}
