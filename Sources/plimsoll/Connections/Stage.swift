import PlimsollGateway
import PlimsollNode
import Synchronization

/// What a process plays, one venue after the other at the same doors: what it was started with, and
/// the scenarios that are asked for meanwhile.
final class Stage: Sendable {
    /// One venue of the process.
    struct Part: Sendable {
        var configuration: NodeConfiguration
        var scenario: Scenario?
        /// Whether the process was started with it.
        var isHome = false
    }

    private struct State {
        var wanted: Part?
        var end: (@Sendable () -> Void)?
    }

    let home: Part
    private let setting: @Sendable (Scenario) -> NodeConfiguration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - home: What the process was started with.
    ///   - setting: The venue that a scenario is played in.
    init(home: Part, setting: @escaping @Sendable (Scenario) -> NodeConfiguration) {
        self.home = home
        self.setting = setting
    }

    /// Ends what is played, as soon as whoever asked has his answer, and begins another part.
    ///
    /// - Parameter name: Of the scenario; `nil` for what the process was started with.
    /// - Throws: Why there is no such scenario; then what is played goes on.
    func play(_ name: String?) throws(ProfileError) {
        var part = home
        if let name {
            let scenario = try ScenarioGallery.load(name).0
            part = Part(configuration: setting(scenario), scenario: scenario)
        }
        let end = state.withLock { state in
            state.wanted = part
            return state.end
        }
        Task {
            try await Task.sleep(for: .milliseconds(100))
            end?()
        }
    }

    /// What is to be called when another part is wanted; at once where one is wanted already.
    func whenWanted(_ end: @escaping @Sendable () -> Void) {
        let isWanted = state.withLock { state in
            state.end = end
            return state.wanted != nil
        }
        if isWanted { end() }
    }

    /// The part that follows, once the one before has ended.
    func next() -> Part? {
        state.withLock { state in
            defer { state = State() }
            return state.wanted
        }
    }
}
