import GatewayFront
import RPC
import Testing

@Suite("Deadline of the hop")
struct HopDeadlineTests {
  @Test("No deadline stays none")
  func none() { #expect(HopDeadline.make(from: .none) == .none) }

  @Test("A long deadline is shortened by the hop")
  func long() {
    let deadline = Deadline.after(milliseconds: 10_000)
    let onward = HopDeadline.make(from: deadline)
    #expect(deadline.uptimeNanoseconds - onward.uptimeNanoseconds == 5_000_000)
  }

  @Test("A short deadline loses a tenth at most")
  func short() {
    let deadline = Deadline.after(milliseconds: 20)
    let hop = deadline.uptimeNanoseconds - HopDeadline.make(from: deadline).uptimeNanoseconds
    #expect((0...2_000_000).contains(hop))
  }

  @Test("A deadline that has passed stays passed")
  func passed() {
    let deadline = Deadline.after(milliseconds: -5)
    #expect(HopDeadline.make(from: deadline).hasPassed)
  }
}
