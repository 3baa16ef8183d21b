public import Contracts
public import Protobuf
public import RecordStore
public import Values

/// Which objects of a table a list has, and which part of it.
public struct ObjectListInput: Sendable {
  /// The site.
  public var site: SiteCode
  /// Only these states; empty means all.
  public var states: [Int32]
  /// Only of this party; empty means all.
  public var party: String
  let filters: ListFilters
  let page: Page

  /// Which objects.
  public init(
    _ fields: inout Fields, site: SiteCode, states: [Int32] = [], party: String = "",
    page: Common.V1.PageRequest?
  ) {
    let states = Set(states).sorted()
    self.site = site
    self.states = states
    self.party = party
    filters = ListFilters { digest in
      digest.add(site.text)
      digest.add(party)
      for state in states { digest.add(Int64(state)) }
    }
    self.page = fields.page(page, of: filters)
  }
}

/// A list of the objects of a table, in the order in which they were made.
public protocol ObjectList: ReadOperation where Input == ObjectListInput {
  /// What it lists.
  associatedtype Content: Message
  /// Where the objects are.
  var objects: ObjectTable<Content> { get }
  /// Which database its page tokens are of.
  var incarnation: Incarnation { get }
  /// The answer.
  func response(_ found: [Content], _ page: Common.V1.PageResponse) -> Response
  /// The answer, where it says something about the question, too.
  func response(_ found: [Content], _ page: Common.V1.PageResponse, _ input: Input) -> Response
  /// Changes the question by who asks: what is not the caller's is not there for it.
  func narrow(_ input: Input, _ call: Call) throws -> Input
}

extension ObjectList {
  /// Without the question.
  public func response(_ found: [Content], _ page: Common.V1.PageResponse, _ input: Input)
    -> Response
  { response(found, page) }

  /// Everybody sees all.
  public func narrow(_ input: Input, _ call: Call) throws -> Input { input }

  /// A page of the list.
  public func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws -> Response {
    let narrowed = try narrow(input, call)
    let size = input.page.size
    let after = try input.page.lastPlace(in: incarnation)
    let found = try objects.list(
      narrowed.site, states: narrowed.states, party: narrowed.party, after: after,
      limit: size + 1, snapshot)
    let page = found.prefix(size)
    let lastKey = found.count > page.count ? page.last.map { String($0.objectID) } : nil
    return response(
      page.map(\.content), input.filters.response(after: lastKey, in: incarnation), narrowed)
  }
}

extension Page {
  /// The number behind which the page begins, for lists whose keys are numbers; 0 for the first page.
  /// - Throws: ``Refusal/feedRestored``; INVALID_ARGUMENT for a token that is none of such a list.
  public func lastPlace(in incarnation: Incarnation) throws -> Int64 {
    guard let key = try lastKey(in: incarnation) else { return 0 }
    guard let place = Int64(key) else {
      throw Refusal.invalidFields([
        FieldViolation("page.page_token", "is not a token of this list with these filters")
      ])
    }
    return place
  }
}

extension Fields {
  /// Most states of one filter: the contracts' bound.
  private static let maximumStates = 8

  /// The states of a list's filter.
  /// - Parameter name: how the contract calls one, without its prefix.
  public mutating func states<State: RawRepresentable<Int32> & CaseIterable>(
    _ given: [Int32], _ type: State.Type, _ field: String = "states", name: (State) -> String
  ) -> [Int32] {
    each(given, field, atMost: Self.maximumStates) { fields, state in
      if State(rawValue: state) == nil {
        let names = State.allCases.map(name).joined(separator: ", ")
        fields.reject("", "must be one of \(names)")
      }
      return state
    }
  }
}
