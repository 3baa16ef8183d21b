import Testing

@testable import OdooSandbox

@Suite("Changes that wait to be told")
struct WebhookQueueTests {
  private func change(_ id: Int) -> RecordChange { .init(model: "product.product", id: id) }

  @Test("are told oldest first, and once while they wait")
  func once() {
    var queue = WebhookQueue(limit: 10)
    queue.append([change(2), change(1), change(2)])
    queue.append([change(1)])
    #expect(queue.next() == change(2))
    queue.append([change(2)])
    #expect([queue.next(), queue.next(), queue.next()] == [change(1), change(2), nil])
    #expect(queue.droppedCount == 0)
  }

  @Test("are dropped and counted when too many wait")
  func bounded() {
    var queue = WebhookQueue(limit: 3)
    queue.append((1...5).map(change))
    #expect(queue.count == 3)
    #expect(queue.droppedCount == 2)
    #expect(queue.next() == change(1))
    queue.append([change(6)])
    #expect([queue.next(), queue.next(), queue.next()] == [change(2), change(3), change(6)])
    #expect(queue.next() == nil)
    queue.append([change(7)])
    #expect(queue.next() == change(7))
  }
}
