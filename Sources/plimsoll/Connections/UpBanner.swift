import PlimsollAgents
import PlimsollModel
import PlimsollNode

/// What a person needs to know of a venue that has just come up.
struct UpBanner {
    let ready: ReadyFile
    /// A secret that the user has set himself is not shown back.
    let isSecretFromEnvironment: Bool
    let configuration: NodeConfiguration

    func print() {
        let paint = Paint(isOn: Console.hasColor)
        Console.say(paint.bold("Plimsoll is up") + ": \(ready.profile), \(market)")
        line("web page", ready.web ?? ready.url)
        line("REST API", "\(ready.restBase)/fapi/v1")
        line("WebSocket", "\(ready.wsBase)/ws")
        if let tlsBase = ready.tlsBase { line("the same by TLS", tlsBase) }
        line("demo key", ready.key)
        line("demo secret", isSecretFromEnvironment ? "as the environment says" : ready.secret)
        line("demo account", "\(Figures.money(configuration.initialDeposit)) at the start")
        line("seed", "\(ready.seed)")
        line("data", ready.dataDirectory ?? "in memory: gone when this ends")
        Console.say()
        Console.say("plimsoll connect ccxt prints a client for it. Ctrl-C ends it.")
        Console.say(paint.dim(Plimsoll.disclaimer))
    }

    private var market: String {
        let name =
            switch configuration.market {
            case .none: "no market"
            case .simulated(let composition) where composition.name != "standard":
                "simulated market \(composition.name)"
            case .simulated: "simulated market"
            case .tape(_, let symbol, let shift):
                "recorded \(symbol)" + (shift == 0 ? "" : ", moved to now")
            case .followed(let symbol): "\(symbol) as it is traded elsewhere"
            }
        let pace =
            switch configuration.speed {
            case .unlimited: "as fast as possible"
            case .times(let rate): "speed \(rate)"
            }
        return "\(name), \(configuration.isPaused ? "paused" : pace)"
    }

    private func line(_ name: String, _ value: String) {
        Console.say("  " + name + String(repeating: " ", count: max(1, 16 - name.count)) + value)
    }
}
