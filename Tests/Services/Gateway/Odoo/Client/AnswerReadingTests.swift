import JSON
import Testing

@testable import GatewayOdoo

@Suite("What Odoo answers")
struct AnswerReadingTests {
  private func read(_ text: String, status: Int = 200) -> Result<OdooAnswer, OdooFailure> {
    let answer = OdooHTTPAnswer(status: status, body: Array(text.utf8))
    do { return .success(try answer.read(requestID: 7)) } catch { return .failure(error) }
  }

  private func kind(_ result: Result<OdooAnswer, OdooFailure>) -> String {
    switch result {
    case .success(.result): "result"
    case .success(.nothing): "nothing"
    case .success(.action): "action"
    case .failure(.business): "business"
    case .failure(.configuration): "configuration"
    case .failure(.defect): "defect"
    case .failure(.transient): "transient"
    case .failure(.outcomeUnknown(.unreachable)): "unreachable"
    case .failure(.outcomeUnknown(.unreadable)): "unreadable"
    }
  }

  @Test("has three shapes of success")
  func success() {
    #expect(read(#"{"jsonrpc":"2.0","id":7,"result":true}"#) == .success(.result(true)))
    #expect(read(#"{"jsonrpc":"2.0","id":7,"result":false}"#) == .success(.result(false)))
    #expect(read(#"{"jsonrpc":"2.0","id":7}"#) == .success(.nothing))
    let action = read(
      #"{"jsonrpc":"2.0","id":7,"result":{"type":"ir.actions.act_window","res_model":"x.y","name":"Z"}}"#
    )
    #expect(kind(action) == "action")
    #expect((try? action.get())?.question == "x.y Z")
  }

  @Test(
    "is classified by the error's name, never by its text",
    arguments: [
      ("odoo.exceptions.ValidationError", "business"), ("odoo.exceptions.UserError", "business"),
      ("odoo.exceptions.RedirectWarning", "business"), ("odoo.exceptions.MissingError", "business"),
      ("odoo.exceptions.AccessError", "configuration"),
      ("odoo.exceptions.AccessDenied", "configuration"), ("builtins.ValueError", "defect"),
      ("builtins.TypeError", "defect"), ("builtins.AttributeError", "defect"),
      ("builtins.KeyError", "defect"), ("builtins.Exception", "defect"),
      ("psycopg2.errors.SerializationFailure", "transient"),
      ("psycopg2.errors.DeadlockDetected", "transient"),
      ("psycopg2.errors.LockNotAvailable", "transient"),
      ("psycopg2.OperationalError", "transient"), ("psycopg2.InterfaceError", "transient"),
      ("psycopg2.errors.InvalidDatetimeFormat", "defect"), ("somebodys.own.Error", "defect"),
    ])
  func classes(_ name: String, _ expected: String) {
    let answer = read(
      #"{"jsonrpc":"2.0","id":7,"error":{"code":200,"message":"Odoo Server Error","data":"#
        + #"{"name":"\#(name)","message":"AccessError SerializationFailure"}}}"#)
    #expect(kind(answer) == expected)
  }

  @Test(
    "that is no answer is never believed",
    arguments: [
      "", "null", "[]", "true", "<!doctype html><h1>Oops</h1>", #"{"jsonrpc":"2.0","id":7,"res"#,
      "{}", #"{"result":true}"#, #"{"jsonrpc":"2.0","id":8,"result":true}"#,
      #"{"jsonrpc":"2.0","id":7,"error":{"code":200}}"#, #"{"jsonrpc":"2.0","id":7,"error":"no"}"#,
      #"{"jsonrpc":"2.0","id":7,"error":{"data":{"name":5}}}"#, "\u{0}\u{1}",
    ])
  func nonsense(_ text: String) { #expect(kind(read(text)) == "unreadable") }

  @Test(
    "counts by its HTTP status first",
    arguments: [
      (400, "defect"), (404, "configuration"), (401, "configuration"), (301, "configuration"),
      (500, "unreachable"), (502, "unreachable"), (503, "unreachable"), (504, "unreachable"),
      (429, "unreachable"), (204, "unreadable"), (418, "unreadable"),
    ])
  func statuses(_ status: Int, _ expected: String) {
    #expect(kind(read(#"{"jsonrpc":"2.0","id":7,"result":true}"#, status: status)) == expected)
  }

  @Test("is kept short in cases and logs")
  func bounded() {
    let words = OdooWords(name: "x", message: String(repeating: "a", count: 100_000))
    #expect(words.message.count == OdooWords.maximumLength)
  }
}
