import Environment
import JSON
import Synchronization
import Values

/// Reads the models of master data from Odoo.
final class MasterDataReader: Sendable {
  /// Rows of one page, and of one batch.
  static let pageSize = 500

  let pageSize: Int
  /// Rows of one page of which only the id and the date are read.
  let listingSize: Int
  private let odoo: any OdooCaller
  private let odooClock: OdooClock
  /// The fields that a model has of those that are asked for, by model. Asked for once.
  private let known = Mutex<[String: [String]]>([:])

  /// In English, because a translated name would be another code; archived ones, too.
  static let context: JSONValue = ["lang": "en_US", "active_test": false]

  init(
    odoo: any OdooCaller, clock: any Clock, pageSize: Int = pageSize, listingSize: Int = 2_000
  ) {
    self.odoo = odoo
    odooClock = OdooClock(clock: clock)
    self.pageSize = pageSize
    self.listingSize = listingSize
  }

  /// A row that was seen in a listing.
  struct Listed: Sendable, Hashable {
    var id: Int64
    var writeDate: String
    /// Whose row it is; `nil` when nobody's.
    var subject: Int64?
  }

  /// What Odoo's clock shows at least; `nil` before anything was read.
  var odooTime: Instant? { odooClock.now }

  /// A date of Odoo's from before has been read.
  func noticed(_ writeDate: String) { odooClock.notice(writeDate) }

  /// A page of what has changed since a moment (empty: of everything), by id.
  func page(
    _ feed: OdooFeed, since start: String, after id: Int64
  ) async throws(OdooFailure) -> [OdooRow] {
    var domain: [JSONValue] = [["id", ">", .int(id)]]
    if start.isEmpty {
      domain += feed.everything(Set(try await fields(feed)))
    } else {
      domain.append(["write_date", ">=", .string(start)])
    }
    return try await rows(feed, domain, limit: pageSize)
  }

  /// The newest date of all rows; `nil` when there is none.
  func newest(_ feed: OdooFeed) async throws(OdooFailure) -> String? {
    let rows = try await rows(
      feed.model, [], fields: ["write_date"], order: "write_date desc, id desc", limit: 1)
    return try rows.first?.writeDate()
  }

  /// Rows by a field that names them: their own id, or whose they are.
  func rows(
    _ feed: OdooFeed, where field: String, isOneOf ids: [Int64]
  ) async throws(OdooFailure) -> [OdooRow] {
    if ids.isEmpty { return [] }
    return try await rows(feed, [[.string(field), "in", OdooCall.ids(ids)]], limit: 0)
  }

  /// Ids and dates of rows above an id, of all there are or of those that have changed since a moment.
  func listing(
    _ feed: OdooFeed, since start: String? = nil, after id: Int64
  ) async throws(OdooFailure) -> [Listed] {
    var domain: [JSONValue] = [["id", ">", .int(id)]]
    if let start {
      domain.append(["write_date", ">=", .string(start)])
    } else {
      domain += feed.everything(Set(try await fields(feed)))
    }
    return try await listed(feed, domain, limit: listingSize)
  }

  /// Which of these ids there are.
  func existing(_ feed: OdooFeed, _ ids: [Int64]) async throws(OdooFailure) -> Set<Int64> {
    if ids.isEmpty { return [] }
    let listed = try await listed(feed, [["id", "in", OdooCall.ids(ids)]], limit: 0)
    return Set(listed.map(\.id))
  }

  /// Fields may have come or gone: they are asked for again.
  func forgetFields() { known.withLock { $0 = [:] } }

  private func listed(
    _ feed: OdooFeed, _ domain: [JSONValue], limit: Int
  ) async throws(OdooFailure) -> [Listed] {
    let fields = feed.subject == "id" ? ["write_date"] : ["write_date", feed.subject]
    var listed: [Listed] = []
    for row in try await rows(feed.model, domain, fields: fields, limit: limit) {
      listed.append(
        Listed(
          id: try row.id(), writeDate: try row.writeDate(), subject: try feed.subject(of: row)))
    }
    return listed
  }

  private func rows(
    _ feed: OdooFeed, _ domain: [JSONValue], limit: Int
  ) async throws(OdooFailure) -> [OdooRow] {
    try await rows(feed.model, domain, fields: try await fields(feed), limit: limit)
  }

  private func rows(
    _ model: String, _ domain: [JSONValue], fields: [String], order: String = "id", limit: Int
  ) async throws(OdooFailure) -> [OdooRow] {
    var call = OdooCall.searchRead(
      model, .array(domain), fields: fields, order: order, limit: limit)
    call.keywords["context"] = Self.context
    let askedAt = odooTime
    var rows = try OdooRow.rows(of: try await odoo.call(call), model: model)
    for index in rows.indices { rows[index].askedAt = askedAt }
    if let newest = try rows.map({ (row) throws(OdooFailure) in try row.writeDate() }).max() {
      noticed(newest)
    }
    return rows
  }

  /// The fields of a feed that this Odoo has.
  private func fields(_ feed: OdooFeed) async throws(OdooFailure) -> [String] {
    if let fields = known.withLock({ $0[feed.model] }) { return fields }
    let wanted = feed.fields + feed.optional + ["write_date"]
    let call = OdooCall(
      model: feed.model, method: "fields_get",
      arguments: [.array(wanted.map { .string($0) })], keywords: ["attributes": ["type"]])
    guard case .result(let result) = try await odoo.call(call), let there = result.objectValue
    else { throw .unreadable("\(feed.model): fields were expected") }
    let missing = (feed.fields + ["write_date"]).filter { there[$0] == nil }
    guard missing.isEmpty else {
      throw .configuration(
        OdooWords(
          name: feed.model,
          message: "has no field \(missing.joined(separator: ", ")), or none that may be read"))
    }
    let fields = wanted.filter { there[$0] != nil }
    known.withLock { $0[feed.model] = fields }
    return fields
  }
}
