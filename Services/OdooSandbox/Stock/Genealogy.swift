/// Which component lines went into which finished lines.
enum Genealogy {
  /// The finished lines that consumed this line.
  static func produced(from line: Record) -> [Record] {
    guard let order = line.reference("move_id")?.reference("raw_material_production_id") else {
      return []
    }
    return order.records("move_finished_ids").flatMap { $0.records("move_line_ids") }
      .filter { $0.records("consume_line_ids").contains(line) }
  }
}
