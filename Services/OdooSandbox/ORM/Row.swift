/// Where each kept field of a model stands in its rows.
final class RowLayout: Sendable {
  let slots: [String: Int]

  init(_ fields: some Sequence<Field>) {
    let names = fields.filter(\.isStored).map(\.name).sorted()
    slots = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
  }
}

/// The kept values of one record. A plant has hundreds of thousands of them, so they hold no names.
struct Row: Sendable, Equatable {
  private let layout: RowLayout
  private var values: ContiguousArray<FieldValue>

  init(_ layout: RowLayout) {
    self.layout = layout
    values = ContiguousArray(repeating: .none, count: layout.slots.count)
  }

  /// The value of a field; fields that are not kept have none and take none.
  subscript(field: String) -> FieldValue {
    get { layout.slots[field].map { values[$0] } ?? .none }
    set { if let slot = layout.slots[field] { values[slot] = newValue } }
  }

  static func == (left: Row, right: Row) -> Bool { left.values == right.values }

  /// The value in a slot of the layout.
  subscript(slot slot: Int) -> FieldValue { values[slot] }
}
