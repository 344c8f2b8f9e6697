import Foundation
import PlimsollModel

@testable import PlimsollNode
@testable import PlimsollTapes

/// The first byte chooses the file's name, which tells the layouts of some recordings.
func readTape(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let names = [
        "BTCUSDT-1m.csv", "BTCUSDT-fundingRate.csv", "markPriceKlines/BTCUSDT-1m.csv",
        "BTCUSDT-trades.csv", "premiumIndexKlines/BTCUSDT-1m.csv", "BTC_USDT_USDT-1m-futures.json",
    ]
    let name = names[Int(first) % names.count]
    let content = bytes.dropFirst()
    for policy in TapePolicy.allCases {
        var rows = RecordingRows(TapeName(path: name), policy: policy)
        do throws(TapeError) {
            try rows.take(content)
            let series = try rows.finish().series
            if let market = try? series.market(name) { check(market) }
        } catch {
            hold(!error.description.isEmpty, "a fault is named")
        }
    }
    // Packed recordings are read from files.
    guard content.starts(with: [0x1F, 0x8B]) || content.starts(with: [0x50, 0x4B]) else { return }
    let path = scratch + "/tape"
    guard (try? Data(content).write(to: URL(filePath: path))) != nil else { return }
    _ = try? RecordedSeries.read(path: path, policy: .mend)
}

/// A market that can be replayed begins before it ends, and its replay's time does not run back.
private func check(_ tape: MarketTape) {
    hold(tape.startTime < tape.endTime, "\(tape.startTime) to \(tape.endTime)")
    _ = tape.contentHash
}

/// A folder of this run's own.
let scratch: String = {
    let path =
        NSTemporaryDirectory() + "/plimsoll-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
}()

func readScenario(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    do throws(ProfileError) {
        let scenario = try Scenario(text: text, file: scratch + "/scenario.toml")
        hold(scenario.text == text, "a scenario keeps its text")
    } catch {
        hold(!error.description.isEmpty, "a fault is named")
    }
}

/// Rules that are accepted are valid.
func readProfile(_ bytes: [UInt8]) {
    guard let rules = try? ProfileLoader.rules(from: Data(bytes), file: "profile.json") else {
        return
    }
    for instrument in rules.instruments {
        hold((try? instrument.validate()) != nil, "\(instrument.contract.symbol)")
    }
}
