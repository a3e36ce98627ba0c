import ApusModel
import ApusServing
import Foundation
import Testing

/// The life of versions, without files that are read and models that are loaded.
@Suite struct VersionLivesTests {
  private typealias Lives = VersionLives

  /// States of files that differ from each other.
  private final class Files {
    let folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())")
    private var count = 0

    deinit { try? FileManager.default.removeItem(at: folder) }

    func next() throws -> ModelFolder.Fingerprint {
      count += 1
      let version = folder.appending(path: "\(count)")
      try FileManager.default.createDirectory(at: version, withIntermediateDirectories: true)
      try Data(count: count).write(to: version.appending(path: "manifest.json"))
      return ModelFolder(folder.path()).fingerprint(version: count)
    }
  }

  private let files = Files()
  private let start = ContinuousClock.now
  private let a1 = VersionID("a", 1)
  private let a2 = VersionID("a", 2)
  private let a3 = VersionID("a", 3)

  private func lives(_ mode: RepositoryMode = .automatic) -> Lives {
    Lives(mode: mode, patience: .seconds(30))
  }

  @Test func theNewestOfEachNameIsLoaded() throws {
    var lives = lives()
    let state = try files.next()
    let actions = lives.scanned(
      [a1: state, a2: state, VersionID("b", 10): state, VersionID("b", 9): state], at: start)
    #expect(
      actions == [.load(a2, isPromoted: true), .load(VersionID("b", 10), isPromoted: true)])
    // Nothing is loaded twice, and what is older stays on the disk.
    #expect(lives.scanned([a1: state, a2: state], at: start) == [])
    #expect(lives.finished(a2, .loaded, at: start) == [])
    #expect(lives.scanned([a1: state, a2: state], at: start) == [])
    #expect(lives.phases[a1] == .idle && lives.phases[a2] == .loaded)
  }

  @Test func anOlderOneServesWhereTheNewestCannot() throws {
    var lives = lives()
    let state = try files.next()
    #expect(lives.scanned([a1: state, a2: state], at: start) == [.load(a2, isPromoted: true)])
    #expect(
      lives.finished(a2, .refused("no"), at: start)
        == [.report(a2, reason: "no"), .load(a1, isPromoted: true)])
    #expect(lives.finished(a1, .loaded, at: start) == [])
    // Version 2 is above all that were loaded, and is tried again when its files change.
    #expect(lives.scanned([a1: state, a2: state], at: start) == [])
    let repaired = try files.next()
    #expect(lives.scanned([a1: state, a2: repaired], at: start) == [.load(a2, isPromoted: true)])
  }

  @Test func halfCopiedVersionsWaitAndAreNamedOnce() throws {
    var lives = lives()
    let state = try files.next()
    #expect(lives.scanned([a1: state], at: start) == [.load(a1, isPromoted: true)])
    #expect(lives.finished(a1, .damaged("half"), at: start) == [])
    // Unchanged files are not read again, second after second.
    #expect(lives.scanned([a1: state], at: start + .seconds(1)) == [])
    let more = try files.next()
    let tried = lives.scanned([a1: more], at: start + .seconds(2))
    #expect(tried == [.load(a1, isPromoted: true)])
    #expect(lives.finished(a1, .damaged("half"), at: start + .seconds(2)) == [])
    #expect(
      lives.scanned([a1: more], at: start + .seconds(30)) == [.report(a1, reason: "half")])
    #expect(lives.scanned([a1: more], at: start + .seconds(60)) == [])
    // A copy that goes on changes the files, and is not named again.
    let evenMore = try files.next()
    _ = lives.scanned([a1: evenMore], at: start + .seconds(61))
    #expect(lives.finished(a1, .damaged("half"), at: start + .seconds(61)) == [])
    let whole = try files.next()
    #expect(
      lives.scanned([a1: whole], at: start + .seconds(62)) == [.load(a1, isPromoted: true)])
    #expect(lives.finished(a1, .loaded, at: start + .seconds(62)) == [])
  }

  @Test func filesThatChangeDuringAnAttemptAreTriedAgain() throws {
    var lives = lives()
    let (half, whole) = (try files.next(), try files.next())
    _ = lives.scanned([a1: half], at: start)
    #expect(lives.scanned([a1: whole], at: start) == [])
    #expect(lives.finished(a1, .damaged("half"), at: start) == [.load(a1, isPromoted: true)])
  }

  @Test func whatWasGivenUpDoesNotComeBackByItself() throws {
    var lives = lives()
    let state = try files.next()
    _ = lives.scanned([a1: state], at: start)
    _ = lives.finished(a1, .loaded, at: start)
    #expect(lives.scanned([a1: state, a2: state], at: start) == [.load(a2, isPromoted: true)])
    _ = lives.finished(a2, .loaded, at: start)
    // A rollback to 1 and an unload of 2 by order:
    lives.unloaded(a2)
    #expect(lives.scanned([a1: state, a2: state], at: start) == [])
    #expect(
      lives.scanned([a1: state, a2: state, a3: state], at: start)
        == [.load(a3, isPromoted: true)])
  }

  @Test func inManualModeOnlyOrdersLoadAfterTheStart() throws {
    var lives = lives(.manual)
    let state = try files.next()
    #expect(lives.scanned([a1: state], at: start) == [.load(a1, isPromoted: true)])
    _ = lives.finished(a1, .loaded, at: start)
    lives.started()
    #expect(lives.scanned([a1: state, a2: state], at: start) == [])
    #expect(lives.ordered(a2, files: state) == [.load(a2, isPromoted: false)])
    #expect(lives.ordered(a2, files: state) == [], "it is on its way")
    _ = lives.finished(a2, .damaged("half"), at: start)
    #expect(lives.ordered(a2, files: state) == [.load(a2, isPromoted: false)])
    _ = lives.finished(a2, .loaded, at: start)
    #expect(lives.ordered(a2, files: state) == [])
  }

  @Test func whatIsInMemoryOutlivesItsFiles() throws {
    var lives = lives()
    let state = try files.next()
    _ = lives.scanned([a1: state, a2: state], at: start)
    #expect(lives.scanned([:], at: start) == [])
    #expect(lives.phases == [a2: .loading])
    _ = lives.finished(a2, .loaded, at: start)
    #expect(lives.scanned([:], at: start) == [] && lives.phases == [a2: .loaded])
  }
}
