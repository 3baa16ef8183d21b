public import Protobuf
public import RecordStore

/// A watch of another service that is followed for good: what is asked, and what is kept of the answers.
/// ``WatchFollower`` does the rest.
///
/// The watches of all services go the same way: each message has a token to go on from, and one without
/// content says that all has been told so far.
public protocol FollowedWatch: Sendable {
  /// The request message.
  associatedtype Request: Message
  /// The response message.
  associatedtype Response: Message
  /// What a message carries.
  associatedtype Item: Sendable

  /// Which RPC it is.
  static var method: Method<Request, Response> { get }
  /// Under which its progress is kept: one of a kind in the database, for example `holds PLANT1`.
  var name: String { get }
  /// What it asks for, in one line: when another version of the program asks for something else, it is
  /// told everything anew.
  var question: String { get }

  /// The request that goes on after a token.
  func request(after token: String) -> Request

  /// What a message says: from where to go on, and what it carries; `nil` of one that says that all has
  /// been told.
  func content(of response: Response) -> (token: String, item: Item?)

  /// Keeps what was told.
  /// - Parameter reading: how often everything has been read from the beginning; 1 is the first time.
  func keep(_ items: [Item], reading: Int64, _ transaction: Transaction) throws

  /// Everything has been told anew: what this reading did not have is gone at the source.
  func forget(before reading: Int64, _ transaction: Transaction) throws

  /// Something was kept and is on disk, or everything has been told: what is held in memory can be read
  /// again. The snapshot has it.
  func kept(_ snapshot: Snapshot) throws
}
