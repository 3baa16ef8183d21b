import JSON

@testable import OdooSandbox

/// What a recording tells about ids beyond the single step: which moves, lines and work orders
/// belong to which order, and when an order is first spoken of.
struct RecordingHints {
  private var movesByOrder: [Int: Set<Int>] = [:]
  private var workOrdersByOrder: [Int: Set<Int>] = [:]
  private var lineSets: [Int: Set<Int>] = [:]
  private var groups: [Int: Int] = [:]
  private var firstMention: [Int: Int] = [:]
  /// Orders and their backorders, as the longest recorded look at a procurement group names them.
  private(set) var chains: [[Int]] = []

  init(_ recording: Recording) {
    for step in recording.steps {
      guard let arguments = step.request?["params"]?["args"]?.arrayValue, arguments.count > 5,
        let model = arguments[3].stringValue, let method = arguments[4].stringValue
      else { continue }
      let positional = arguments[5].arrayValue ?? []
      let rows = step.response["result"]?.arrayValue ?? []
      mention(step.index, model, positional, arguments.count > 6 ? arguments[6] : .null)
      if model == "mrp.production", method == "write" { readCommands(positional) }
      if model == "mrp.production", method == "load" { readRows(positional) }
      if method == "search_read" || method == "read" { readAnswer(model, positional, rows) }
    }
    for step in recording.steps { mentionParts(step) }
  }

  /// Work orders and moves that a request names by id speak of their order.
  private mutating func mentionParts(_ step: Recording.Step) {
    guard let arguments = step.request?["params"]?["args"]?.arrayValue, arguments.count > 5 else {
      return
    }
    let parts: [Int: Set<Int>]
    switch arguments[3].stringValue {
    case "mrp.workorder": parts = workOrdersByOrder
    case "stock.move": parts = movesByOrder
    default: return
    }
    let ids = Set(Self.numbers(arguments[5][0]))
    for (order, own) in parts where !own.isDisjoint(with: ids) {
      firstMention[order] = min(firstMention[order] ?? step.index, step.index)
    }
  }

  func firstStep(mentioning order: Int) -> Int? { firstMention[order] }
  func moves(of order: Int) -> [Int] { (movesByOrder[order] ?? []).sorted() }
  func workOrders(of order: Int) -> [Int]? { workOrdersByOrder[order]?.sorted() }
  func group(of order: Int) -> Int? { groups[order] }
  var linesByMove: [Int: [Int]] { lineSets.mapValues { $0.sorted() } }

  private static func numbers(_ json: JSONValue?) -> [Int] {
    (json?.arrayValue ?? json.map { [$0] } ?? []).compactMap { $0.intValue.map(Int.init) }
  }

  /// Orders named by id, in a domain, by their work orders' rows, or in the context.
  private mutating func mention(
    _ step: Int, _ model: String, _ positional: [JSONValue], _ keywords: JSONValue
  ) {
    var ids: [Int] = []
    if model == "mrp.production", let first = positional.first { ids += Self.numbers(first) }
    for leaf in positional.first?.arrayValue ?? [] {
      if let path = leaf[0]?.stringValue,
        path.hasSuffix("production_id") || (model == "mrp.production" && path == "id")
      {
        ids += Self.numbers(leaf[2])
      }
    }
    for values in positional.first?.arrayValue ?? [] {
      for name in ["mo_id", "production_id"] { ids += Self.numbers(values[name]) }
    }
    if model == "mrp.production", let rows = positional.dropFirst().first?.arrayValue,
      positional.first?[0] == ".id"
    {
      ids += rows.compactMap { $0[0]?.stringValue.flatMap(Int.init) }
    }
    ids += Self.numbers(keywords["context"]?["mo_ids_to_backorder"])
    for id in ids where firstMention[id] == nil { firstMention[id] = step }
  }

  private mutating func addChain(_ orders: [Int]) {
    guard let first = orders.first else { return }
    if let known = chains.firstIndex(where: { $0.first == first }) {
      if chains[known].count < orders.count { chains[known] = orders }
    } else {
      chains.append(orders)
    }
  }

  private mutating func readCommands(_ positional: [JSONValue]) {
    guard let order = Self.numbers(positional.first).first, positional.count > 1 else { return }
    for name in ["move_raw_ids", "move_finished_ids"] {
      for command in positional[1][name]?.arrayValue ?? [] where command[0] != 0 {
        guard let move = command[1]?.intValue.map(Int.init) else { continue }
        movesByOrder[order, default: []].insert(move)
        for line in command[2]?["move_line_ids"]?.arrayValue ?? [] where line[0] != 0 {
          if let id = line[1]?.intValue { lineSets[move, default: []].insert(Int(id)) }
        }
      }
    }
    for command in positional[1]["workorder_ids"]?.arrayValue ?? [] where command[0] != 0 {
      if let id = command[1]?.intValue { workOrdersByOrder[order, default: []].insert(Int(id)) }
    }
  }

  private mutating func readRows(_ positional: [JSONValue]) {
    let columns = (positional.first?.arrayValue ?? []).compactMap(\.stringValue)
    guard columns.first == ".id", let place = columns.firstIndex(of: "move_raw_ids/.id") else {
      return
    }
    var order: Int?
    for row in positional.dropFirst().first?.arrayValue ?? [] {
      order = row[0]?.stringValue.flatMap(Int.init) ?? order
      if let order, let move = row[place]?.stringValue.flatMap(Int.init) {
        movesByOrder[order, default: []].insert(move)
      }
    }
  }

  private mutating func readAnswer(_ model: String, _ positional: [JSONValue], _ rows: [JSONValue])
  {
    let domain = positional.first?.arrayValue ?? []
    func asked(_ field: String) -> [Int] {
      domain.filter { $0[0]?.stringValue == field }.flatMap { Self.numbers($0[2]) }
    }
    switch model {
    case "mrp.production":
      let wanted = asked("procurement_group_id").sorted()
      let orders = rows.compactMap { $0["id"]?.intValue.map(Int.init) }.sorted()
      for (group, order) in zip(wanted, orders) { groups[order] = group }
      if wanted.count == 1 { addChain(rows.compactMap { $0["id"]?.intValue.map(Int.init) }) }
    case "mrp.workorder":
      let single = asked("production_id")
      for row in rows {
        guard let id = row["id"]?.intValue else { continue }
        if let order = row["production_id"]?[0]?.intValue.map(Int.init)
          ?? (single.count == 1 ? single[0] : nil)
        {
          workOrdersByOrder[order, default: []].insert(Int(id))
        }
      }
    case "stock.move":
      let single = Set(asked("raw_material_production_id") + asked("production_id"))
      for row in rows where row["scrapped"] != true {
        guard let id = row["id"]?.intValue else { continue }
        let own =
          row["raw_material_production_id"]?[0]?.intValue ?? row["production_id"]?[0]?.intValue
        if let order = own.map(Int.init) ?? (single.count == 1 ? single.first : nil) {
          movesByOrder[order, default: []].insert(Int(id))
        }
      }
    default: break
    }
  }
}
