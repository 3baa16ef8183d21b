import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `Get…`: records of one kind by their codes.
struct GetRecords<Request: GetRequest>: ReadOperation {
  typealias Response = Request.Response

  static var method: Method<Request, Response> { Request.method }

  struct Input: Sendable {
    var site: SiteCode
    var codes: [String]
  }

  func site(of request: Request) -> String? { request.site }

  func validate(_ request: Request, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    if request.codes.isEmpty { fields.reject("codes", "is required") }
    let codes = fields.each(request.codes, "codes", atMost: Batch.maximumRecords) { fields, code in
      fields.code(code, "")
    }
    return Input(site: site, codes: codes)
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws -> Response {
    var (response, bytes) = (Response(), 0)
    for code in input.codes {
      let key = RecordKey(Response.Entry.recordKind, code, at: input.site)
      if let stored = try MasterRecords.find(key, snapshot) {
        bytes += stored.content.count
        try AnswerSize.check(bytes)
        response.entries.append(try Response.Entry(stored))
      } else {
        response.missingCodes.append(code)
      }
    }
    return response
  }
}
