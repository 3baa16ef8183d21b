/// What Odoo said when it refused, in its own words.
struct OdooWords: Sendable, Hashable {
  /// `error.data.name`, for example `odoo.exceptions.UserError`; for HTTP answers the status.
  var name: String
  /// `error.data.message`, in the language of the integration user, cut to ``maximumLength``.
  var message: String

  /// Long enough for every recorded message, short enough for a case and a log line.
  static let maximumLength = 1_000

  init(name: String, message: String) {
    self.name = Self.bounded(name)
    self.message = Self.bounded(message)
  }

  /// The class and the words, for a case.
  var text: String { message.isEmpty ? name : "\(name): \(message)" }

  /// Text cut to ``maximumLength`` characters.
  static func bounded(_ text: String) -> String {
    text.utf8.count > maximumLength ? String(text.prefix(maximumLength)) : text
  }
}

/// Why there is no usable answer.
enum NoAnswer: Sendable, Hashable {
  /// Nothing came back: refused, reset, timed out, 5xx of a proxy.
  case unreachable(String)
  /// Something came back that is not an answer of Odoo: HTML, truncated JSON, fields of a wrong
  /// type.
  case unreadable(String)

  /// For logs and cases.
  var text: String {
    switch self {
    case .unreachable(let text), .unreadable(let text): text
    }
  }
}

/// How a call failed, by what must be done about it (contract §2). Decided by `error.data.name`,
/// never by text.
enum OdooFailure: Error, Sendable, Hashable {
  /// A rule of Odoo refuses it. Nothing was written. A person decides; it is never repeated by
  /// itself.
  case business(OdooWords)
  /// Wrong key, missing rights, wrong address. The site's flow stops.
  case configuration(OdooWords)
  /// Our request is wrong. Nothing was written; repeating it is useless.
  case defect(OdooWords)
  /// Odoo could not do it now and wrote nothing. Retry with backoff.
  case transient(OdooWords)
  /// Odoo may or may not have acted. Read the state, then decide.
  case outcomeUnknown(NoAnswer)

  /// For logs and cases.
  var text: String {
    switch self {
    case .business(let words), .configuration(let words), .defect(let words),
      .transient(let words):
      words.text
    case .outcomeUnknown(let reason): reason.text
    }
  }

  /// Whether Odoo may have acted although it did not say so.
  var mayHaveActed: Bool {
    if case .outcomeUnknown = self { true } else { false }
  }

  /// An answer that cannot be understood.
  static func unreadable(_ what: String) -> OdooFailure {
    .outcomeUnknown(.unreadable(OdooWords.bounded(what)))
  }
}

extension OdooFailure {
  /// The class of an error answer by its `data.name` (contract §2).
  static func classified(_ words: OdooWords) -> OdooFailure {
    switch words.name {
    case "odoo.exceptions.ValidationError", "odoo.exceptions.UserError",
      "odoo.exceptions.RedirectWarning", "odoo.exceptions.MissingError":
      .business(words)
    case "odoo.exceptions.AccessError", "odoo.exceptions.AccessDenied":
      .configuration(words)
    case "psycopg2.errors.SerializationFailure", "psycopg2.errors.DeadlockDetected",
      "psycopg2.errors.LockNotAvailable", "psycopg2.OperationalError", "psycopg2.InterfaceError":
      .transient(words)
    default:
      // builtins.*, other psycopg2.errors.*, and classes nobody has recorded: repeating is useless.
      .defect(words)
    }
  }
}
