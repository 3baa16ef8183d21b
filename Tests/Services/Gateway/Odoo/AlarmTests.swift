import Testing

@testable import GatewayOdoo

@Suite("What wakes a loop")
struct AlarmTests {
  @Test("ringing ends the pause; ringing often leaves out one pause")
  func rings() async throws {
    let alarm = Alarm()
    for _ in 0..<5 { alarm.ring() }
    await alarm.wait(milliseconds: 600_000)
    let waiting = Task { await alarm.wait(milliseconds: 600_000) }
    try await Task.sleep(for: .milliseconds(20))
    alarm.ring()
    await waiting.value
  }

  @Test("a pause ends by itself, and with its task")
  func ends() async {
    let alarm = Alarm()
    for _ in 0..<50 { await alarm.wait(milliseconds: 1) }
    let waiting = Task { await alarm.wait(milliseconds: 600_000) }
    waiting.cancel()
    await waiting.value
  }

  @Test("ringing does not end the least part of a pause, and is not lost in it")
  func least() async {
    let alarm = Alarm()
    alarm.ring()
    let startedAt = ContinuousClock.now
    await alarm.wait(milliseconds: 600_000, atLeast: 50)
    #expect(ContinuousClock.now - startedAt >= .milliseconds(50))
    await alarm.wait(milliseconds: 1, atLeast: 200)
    let waiting = Task { await alarm.wait(milliseconds: 600_000, atLeast: 600_000) }
    waiting.cancel()
    await waiting.value
  }

  @Test("pauses and rings that meet lose nothing")
  func meets() async {
    let alarm = Alarm()
    for _ in 0..<200 {
      async let ring: Void = Task.detached { alarm.ring() }.value
      await alarm.wait(milliseconds: 600_000)
      await ring
    }
  }
}

@Suite("The secret of a webhook")
struct WebhookSecretTests {
  @Test("only the secret is the secret, and the new one after an exchange")
  func matches() {
    let secret = WebhookSecret("abc")
    #expect(secret.matches("abc"))
    #expect(!secret.matches("abd"))
    #expect(!secret.matches(""))
    secret.use("other")
    #expect(!secret.matches("abc"))
    #expect(secret.matches("other"))
  }
}
