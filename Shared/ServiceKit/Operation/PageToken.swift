public import Contracts
import Protobuf
public import RecordStore
import Values

/// Which part of a list is wanted, checked.
public struct Page: Sendable, Hashable {
  /// At most so many entries, 1 to ``maximumSize``.
  public let size: Int
  fileprivate let token: PageToken?

  /// The most entries of a page.
  public static let maximumSize: Int32 = 500
  /// The entries of a page whose size is not given.
  public static let defaultSize: Int32 = 100

  /// The key of the last entry of the page before, `nil` for the first page.
  /// - Throws: ``Refusal/feedRestored`` for a token of another incarnation of the database.
  public func lastKey(in incarnation: Incarnation) throws -> String? {
    guard let token else { return nil }
    guard token.incarnation == incarnation else { throw Refusal.feedRestored }
    return token.lastKey
  }

  /// The page that begins a list.
  public static let first = Page(size: Int(defaultSize), token: nil)
}

/// Where a list goes on: `<incarnation>.<filters>.<last key>`. Opaque to callers.
struct PageToken: Sendable, Hashable {
  let incarnation: Incarnation
  /// Identifies the list's filters: a token of one list is refused by another.
  let filters: String
  let lastKey: String

  /// Longest token: 32 digits, 16 digits, a key of at most 64 characters.
  static let maximumLength = 128

  var text: String { "\(incarnation).\(filters).\(lastKey)" }

  init(incarnation: Incarnation, filters: String, lastKey: String) {
    self.incarnation = incarnation
    self.filters = filters
    self.lastKey = lastKey
  }

  init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard text.utf8.count <= Self.maximumLength, parts.count == 3, !parts[2].isEmpty,
      let incarnation = Identifier(hexadecimal: String(parts[0]))
    else { return nil }
    self.init(
      incarnation: Incarnation(incarnation), filters: String(parts[1]), lastKey: String(parts[2]))
  }
}

/// What identifies the filters of a list within its page tokens.
public struct ListFilters: Sendable, Hashable {
  let text: String

  /// Filters by what the operation adds to the digest: everything that decides which entries the
  /// list has.
  public init(_ add: (inout CanonicalDigest) -> Void) {
    var digest = CanonicalDigest()
    add(&digest)
    text = digest.bytes().prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// What follows a page: nothing, or the token after its last entry's key.
  public func response(after lastKey: String?, in incarnation: Incarnation)
    -> Common.V1.PageResponse
  {
    .with {
      $0.nextPageToken =
        lastKey.map {
          PageToken(incarnation: incarnation, filters: text, lastKey: $0).text
        } ?? ""
    }
  }
}

extension Fields {
  /// A page request; absent means the first page in the default size.
  public mutating func page(
    _ value: Common.V1.PageRequest?, _ field: String = "page", of filters: ListFilters
  ) -> Page {
    guard let value else { return .first }
    return inside(field) { fields in
      if !(0...Page.maximumSize).contains(value.pageSize) {
        fields.reject("page_size", "must be 0 to \(Page.maximumSize)")
      }
      var token: PageToken?
      if !value.pageToken.isEmpty {
        token = PageToken(value.pageToken)
        if token?.filters != filters.text {
          fields.reject("page_token", "is not a token of this list with these filters")
        }
      }
      let size = value.pageSize == 0 ? Page.defaultSize : value.pageSize
      return Page(size: Int(size), token: token)
    }
  }

  /// A resume token; `nil` when it is empty.
  public mutating func resumeToken(_ value: String, _ field: String = "resume_token") -> FeedToken?
  {
    guard !value.isEmpty else { return nil }
    guard let token = try? FeedToken(value) else {
      reject(field, "was not made by this service")
      return nil
    }
    return token
  }
}

extension FeedToken {
  /// The sequence to go on after.
  /// - Throws: ``Refusal/feedRestored``; INVALID_ARGUMENT for a token beyond the newest event,
  ///   which nobody was given.
  public func position(in snapshot: Snapshot, of current: Incarnation) throws -> Int64 {
    let sequence = try self.sequence(in: current)
    guard sequence <= (try snapshot.feed.head) else {
      throw Refusal.invalidFields([FieldViolation("resume_token", "is beyond the last change")])
    }
    return sequence
  }
}
