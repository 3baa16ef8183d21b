import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Forecasts in their table: each version is an object of its own.
enum ForecastTable {
  static let forecasts = ObjectTable<Procurement.V1.Forecast>("forecasts")

  static func key(_ supplier: String, _ version: Int64) -> String { "\(supplier)\n\(version)" }
}

/// `SubmitForecast`: what the buyer expects to need, as a new version.
struct SubmitForecast: ObjectWrite {
  static let method = Procurement.V1.ProcurementService.submitForecast
  static let makesObject = true
  /// Most lines: the contract's bound.
  private static let maximumLines = 5_000

  func site(of request: Procurement.V1.SubmitForecastRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.SubmitForecastRequest, _ fields: inout Fields) -> Input {
    let range = Fields.earliest...Fields.latest
    let lines = fields.each(request.lines, "lines", atMost: Self.maximumLines) { fields, given in
      let (from, until) = (
        fields.time(given.from, "from", range), fields.time(given.until, "until", range)
      )
      if given.from != nil, given.until != nil, until <= from {
        fields.reject("until", "must be after from")
      }
      return Procurement.V1.ForecastLine.with {
        $0.itemCode = fields.code(given.itemCode, "item_code", .businessCode)
        $0.from = .init(from)
        $0.until = .init(until)
        $0.quantity = fields.quantity(given.quantity, "quantity", .zeroOrMore)
      }
    }
    if request.lines.isEmpty { fields.reject("lines", "must have at least one entry") }
    return Input(
      &fields, fact: request.header, at: request.site,
      .with {
        $0.supplierCode = fields.supplier(request.supplierCode)
        $0.lines = lines
      })
  }

  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    try SupplierScope.requireBuyer(call)
  }

  /// The one that a fact has made: the newest of the supplier may be a later one.
  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Procurement.V1.Forecast
  {
    var version =
      try ForecastTable.forecasts.newest(
        input.site, party: input.request.supplierCode, snapshot)?.version ?? 0
    while version > 0 {
      let key = ForecastTable.key(input.request.supplierCode, version)
      if let found = try ForecastTable.forecasts.find(input.site, key, snapshot),
        let header = found.header, header.sourceEventID == input.header?.sourceEventID,
        header.sourceSystem == input.header?.sourceSystem
      {
        return found
      }
      version -= 1
    }
    throw RecordStoreError.corrupted("the ledger knows the forecast \(fact), the records do not")
  }

  func write(
    _ input: Input, _ before: Procurement.V1.Forecast?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Procurement.V1.Forecast {
    let supplier = input.request.supplierCode
    let newest = try ForecastTable.forecasts.newest(input.site, party: supplier, transaction)
    let forecast = Procurement.V1.Forecast.with {
      $0.site = input.site.text
      $0.supplierCode = supplier
      $0.version = (newest?.version ?? 0) + 1
      $0.lines = input.request.lines
      $0.header = input.header.map { .init($0) }
      $0.receivedAt = .init(transaction.now)
    }
    try ForecastTable.forecasts.put(
      forecast,
      .init(
        site: input.site, key: ForecastTable.key(supplier, forecast.version), state: 0,
        party: supplier), transaction)
    return forecast
  }

  func response(
    _ receipt: Common.V1.Receipt, _ forecast: Procurement.V1.Forecast, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Procurement.V1.SubmitForecastResponse {
    .with {
      $0.receipt = receipt
      $0.version = forecast.version
    }
  }

  func name(_ forecast: Procurement.V1.Forecast) -> String {
    "forecast \(forecast.version) for \(forecast.supplierCode)"
  }
}

/// `GetForecast`: a version of a supplier's forecast.
struct GetForecast: ReadOperation {
  static let method = Procurement.V1.ProcurementService.getForecast

  struct Input: Sendable {
    var site: SiteCode
    var supplier: String
    var version: Int64
  }

  func site(of request: Procurement.V1.GetForecastRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.GetForecastRequest, _ fields: inout Fields) -> Input {
    Input(
      site: fields.site(request.site), supplier: fields.supplier(request.supplierCode),
      version: fields.number(request.version, "version", 0...Int64.max))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Procurement.V1.GetForecastResponse
  {
    try SupplierScope.require(input.supplier, call)
    let found =
      input.version == 0
      ? try ForecastTable.forecasts.newest(input.site, party: input.supplier, snapshot)
      : try ForecastTable.forecasts.find(
        input.site, ForecastTable.key(input.supplier, input.version), snapshot)
    guard let found else {
      throw ProcurementError.forecastNotFound(input.supplier, version: input.version)
    }
    return .with { $0.forecast = found }
  }
}
