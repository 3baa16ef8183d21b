import JSON

/// A method that can be called from outside. `nil` answers without a `result` member.
typealias Method = @Sendable (Session, Call) throws -> JSONValue?

/// A model: its fields, its methods, and what happens besides when its records change.
final class Model: Sendable {
  let name: String
  /// What people call it, for error texts.
  let title: String
  let fields: [String: Field]
  /// The order of `search` without `order`, as in SQL.
  let order: [SortKey]
  let methods: [String: Method]
  /// How a record is shown; by default its name.
  let displayName: @Sendable (Record) -> String
  /// Groups that may read and create; empty: everybody.
  let access: [String: [String]]
  let hooks: Hooks
  /// The fields by which other tables are searched, kept as indexes.
  let indexed: [String]
  /// The kept texts by which it is searched for exact matches, kept as indexes too.
  let indexedTexts: [String]
  /// How its rows are laid out.
  let layout: RowLayout
  /// The slots of the fields that are read as they are kept.
  let plainSlots: [String: Int]
  /// The kept fields that have a start value, and those that are worked out.
  let initialFields: [Field]
  let recomputedFields: [Field]

  /// What happens besides. Each is optional.
  struct Hooks: Sendable {
    /// Fills in and checks the values of a new record before it is kept.
    var creating: (@Sendable (Session, inout WrittenValues) throws -> Void)?
    /// After a record was made, children included.
    var created: (@Sendable (Record, WrittenValues) throws -> Void)?
    /// Takes over a write; call `proceed` with the values to keep.
    var writing:
      (
        @Sendable (Session, [Record], WrittenValues, _ proceed: (WrittenValues) throws -> Void)
          throws -> Void
      )?
    /// Before records are deleted.
    var deleting: (@Sendable (Session, [Record]) throws -> Void)?
    /// After records were deleted, with what they held.
    var deleted: (@Sendable (Session, [Row]) throws -> Void)?
    /// After a record was archived or taken back by the buttons for it.
    var archived: (@Sendable (Record, _ isActive: Bool) throws -> Void)?
    /// After kept values changed: marks what must be worked out anew.
    var changed: (@Sendable (Record, _ old: Row?, Set<String>) -> Void)?
  }

  init(
    _ name: String, _ title: String, order: String = "id", fields: [Field],
    indexedTexts: [String] = [], methods: [String: Method] = [:], hooks: Hooks = Hooks(),
    access: [String: [String]] = [:],
    displayName: @escaping @Sendable (Record) -> String = { $0.text("name") }
  ) {
    self.name = name
    self.title = title
    self.order = SortKey.parse(order)
    self.fields = Dictionary(
      uniqueKeysWithValues: (Field.automatic + fields).map { ($0.name, $0) })
    self.methods = Self.common.merging(methods) { _, own in own }
    self.hooks = hooks
    self.indexedTexts = indexedTexts
    self.access = access
    self.displayName = displayName
    let stored = self.fields.values.filter(\.isStored)
    layout = RowLayout(stored)
    let recomputed = Set(stored.filter { $0.recompute != nil }.map(\.name))
    plainSlots = layout.slots.filter { !recomputed.contains($0.key) && $0.key != "id" }
    initialFields = stored.filter { $0.initial != nil }
    recomputedFields = stored.filter { $0.recompute != nil }
    self.indexed = self.fields.values.compactMap { field in
      if case .many2one = field.kind, field.isStored, !field.name.hasSuffix("_uid") {
        field.name
      } else {
        nil
      }
    }
  }

  /// The field of this name.
  /// - Throws: Python's ValueError, as Odoo does.
  func field(_ name: String) throws -> Field {
    guard let field = fields[name] else {
      throw OdooError.value("Invalid field '\(name)' on model '\(self.name)'")
    }
    return field
  }
}

/// One part of an order.
struct SortKey: Sendable {
  let field: String
  let isDescending: Bool

  /// Reads `write_date desc, id`.
  static func parse(_ text: String) -> [SortKey] {
    text.split(separator: ",").map { part in
      let words = part.split(separator: " ")
      return SortKey(
        field: words.first.map(String.init) ?? "id",
        isDescending: words.count > 1 && words[1].lowercased() == "desc")
    }
  }
}
