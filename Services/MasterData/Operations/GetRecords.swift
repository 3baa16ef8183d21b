import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `Get…`: records of one kind by their codes.
struct GetRecords<Request: GetRequest>: ReadOperation {
  typealias Response = Request.Response

  static var method: Method<Request, Response> { Request.method }

  func site(of request: Request) -> String? { request.site }

  func validate(_ request: Request, _ fields: inout Fields) -> [String] {
    _ = fields.site(request.site)
    if request.codes.isEmpty { fields.reject("codes", "is required") }
    return fields.each(request.codes, "codes", atMost: Batch.maximumRecords) { fields, code in
      fields.text(code, "", RecordHead.codeRule)
    }
  }

  func execute(_ codes: [String], _ snapshot: Snapshot, _ call: Call) throws -> Response {
    var (entries, missing) = ([Request.Entry](), [String]())
    for code in codes {
      if let stored = try MasterRecords.find(Request.Entry.kind, code, snapshot) {
        entries.append(try Request.Entry(stored))
      } else {
        missing.append(code)
      }
    }
    return Request.response(entries, missing: missing)
  }
}
