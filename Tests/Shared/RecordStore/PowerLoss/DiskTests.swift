import Testing

@Suite("A disk whose power goes")
struct DiskTests {
  private static let name = "a"
  private static let pattern = [UInt8](repeating: 9, count: 10_000)

  private func disk(_ kind: Fates.Kind, _ operations: [StorageOperation]) -> Disk {
    var disk = Disk(fates: Fates(kind, seed: 1))
    for operation in operations { disk.apply(operation) }
    return disk
  }

  private func write(_ bytes: [UInt8], at offset: Int = 0) -> StorageOperation {
    .write(file: 1, offset: offset, bytes: bytes)
  }

  @Test("holds what was synchronized, and of the rest all or nothing as it is told")
  func keepsWhatWasSynchronized() {
    let operations: [StorageOperation] = [
      .create(file: 1, name: Self.name), .directorySync, write([1, 2, 3]), .sync(file: 1),
      write([4], at: 1), .truncate(file: 1, size: 2),
    ]
    var nothing = disk(.nothingKept, operations)
    var everything = disk(.everythingKept, operations)
    #expect(nothing.afterPowerCut() == [Self.name: [1, 2, 3]])
    #expect(everything.afterPowerCut() == [Self.name: [1, 4]])
  }

  @Test("forgets a new file, and remembers a deleted one, until the directory is synchronized")
  func synchronizesNames() {
    var operations: [StorageOperation] = [
      .create(file: 1, name: Self.name), write([1]), .sync(file: 1),
    ]
    var new = disk(.nothingKept, operations)
    #expect(new.afterPowerCut() == [:])
    operations += [.directorySync, .delete(name: Self.name), .create(file: 2, name: Self.name)]
    var old = disk(.nothingKept, operations)
    #expect(old.afterPowerCut() == [Self.name: [1]])
    var replaced = disk(.nothingKept, operations + [.directorySync])
    #expect(replaced.afterPowerCut() == [Self.name: []])
  }

  @Test("is not certain of what a failed sync was to write, whatever is synchronized later")
  func doubtsFailedSyncs() {
    let operations: [StorageOperation] = [
      .create(file: 1, name: Self.name), .directorySync, write([1]), .failedSync(file: 1),
      write([2], at: 1), .sync(file: 1),
    ]
    var disk = disk(.nothingKept, operations)
    #expect(disk.afterPowerCut() == [Self.name: [0, 2]])
  }

  @Test("tears writes at sectors, in every way that chance knows")
  func tearsWrites() throws {
    var torn = 0
    for seed in 1...UInt64(100) {
      var disk = disk(
        .chance(seed), [.create(file: 1, name: Self.name), .directorySync, write(Self.pattern)])
      let bytes = try #require(disk.afterPowerCut()[Self.name])
      for sector in stride(from: 0, to: bytes.count, by: 512) {
        #expect(Set(bytes[sector..<min(sector + 512, bytes.count)]).count == 1)
      }
      let kept = bytes.count { $0 == 9 }
      if kept > 0, kept < Self.pattern.count { torn += 1 }
    }
    #expect(torn > 10)
  }
}
