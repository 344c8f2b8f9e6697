import PlimsollModel
import PlimsollNode
import PlimsollProjections

// The venue's gauges as Prometheus reads them.
extension Gateway {
    func metrics() -> String {
        var page = MetricsText()
        let statistics = node.statistics
        let streamStatus = streams.status
        let venue = node.read { venue in VenueGauges(venue) }
        page.add("plimsoll_commands_total", "counter", "Commands applied.", "\(venue.sequence)")
        page.add(
            "plimsoll_batches_total",
            "counter",
            "Group commits since the start.",
            "\(statistics.batches)"
        )
        page.add(
            "plimsoll_commands_queued",
            "gauge",
            "Commands that wait.",
            "\(statistics.queued)"
        )
        addStages(to: &page)
        page.add(
            "plimsoll_orders_open",
            "gauge",
            "Orders in the books.",
            "\(venue.openOrders)"
        )
        page.add("plimsoll_trades_total", "counter", "Trades of all markets.", "\(venue.trades)")
        page.add(
            "plimsoll_liquidations_total",
            "counter",
            "Forced closes.",
            "\(venue.liquidations)"
        )
        page.add("plimsoll_accounts", "gauge", "Accounts opened.", "\(venue.accounts)")
        for (asset, drift) in venue.drift {
            page.add(
                "plimsoll_conservation_drift",
                "gauge",
                "Sum of all balances of an asset; anything but zero is a defect.",
                "\(drift)",
                label: "asset=\"\(asset)\""
            )
        }
        page.add(
            "plimsoll_deleveragings_total",
            "counter",
            "Positions closed against bankrupt ones.",
            "\(venue.deleveragings)"
        )
        for (market, silent) in venue.silentSources {
            page.add(
                "plimsoll_index_sources_silent",
                "gauge",
                "Sources of an index that have told nothing for too long.",
                "\(silent)",
                label: "symbol=\"\(market)\""
            )
        }
        for fund in venue.funds {
            page.add(
                "plimsoll_insurance_fund",
                "gauge",
                "Balance of the insurance fund.",
                "\(fund.balance)",
                label: "asset=\"\(fund.asset)\""
            )
        }
        for fund in venue.funds {
            page.add(
                "plimsoll_uncovered_loss_total",
                "counter",
                "What nobody could pay.",
                "\(fund.deficit)",
                label: "asset=\"\(fund.asset)\""
            )
        }
        page.add(
            "plimsoll_stream_connections",
            "gauge",
            "Open WebSocket connections.",
            "\(streamStatus.connectionCount)"
        )
        page.add(
            "plimsoll_slow_connections_dropped_total",
            "counter",
            "WebSocket connections dropped because they did not read.",
            "\(streamStatus.slowConnectionsDropped)"
        )
        page.add(
            "plimsoll_venue_time_milliseconds",
            "gauge",
            "Venue time.",
            "\(node.clock.venueTime)"
        )
        page.add(
            "plimsoll_takes_commands",
            "gauge",
            "Zero once the journal has failed.",
            node.failure == nil ? "1" : "0"
        )
        if let bytes = ProcessMemory.residentBytes {
            page.add(
                "process_resident_memory_bytes",
                "gauge",
                "Resident memory.",
                "\(bytes)"
            )
        }
        return page.text
    }

    private func addStages(to page: inout MetricsText) {
        let name = "plimsoll_stage_nanoseconds"
        for figures in node.stages.figures() {
            let help = "How long each stage of a request takes; quantiles of the last minute."
            let stage = "stage=\"\(figures.stage.name)\""
            for (share, value) in [("0.5", figures.median), ("0.99", figures.percentile99)] {
                let label = stage + ",quantile=\"\(share)\""
                page.add(name, "summary", help, "\(value)", label: label)
            }
            page.add(name, "summary", help, "\(figures.nanosecondsTotal)", label: stage, of: "_sum")
            page.add(name, "summary", help, "\(figures.countTotal)", label: stage, of: "_count")
        }
        let gate = gate.status
        page.add(
            "plimsoll_requests_under_way",
            "gauge",
            "Requests that are worked on, of those that wait their turn.",
            "\(gate.underWay)"
        )
        page.add("plimsoll_requests_waiting", "gauge", "Requests that wait.", "\(gate.waiting)")
        page.add(
            "plimsoll_requests_shed_total",
            "counter",
            "Requests refused because no turn came in time.",
            "\(gate.refused)"
        )
    }
}

/// What the gauges need of the projections, taken under the lock.
private struct VenueGauges: Sendable {
    var sequence: Sequence
    var accounts: Int
    var openOrders = 0
    var trades: UInt64 = 0
    var liquidations: UInt64
    var drift: [(asset: Symbol, sum: Amount)] = []
    var deleveragings: UInt64
    var silentSources: [(market: Symbol, count: Int)]
    var funds: [(asset: Symbol, balance: Amount, deficit: Amount)] = []

    init(_ venue: borrowing VenueProjections) {
        sequence = venue.sequence
        let opened = venue.accountIDs
        accounts = opened.count
        liquidations = venue.receipts.last?.id.rawValue ?? 0
        deleveragings = venue.deleveragingCount
        let now = venue.time
        silentSources = venue.markets.map { market in
            let silent = (0..<IndexTerms.sourceCountMax).count {
                market.rules.index.weight(of: $0) > 0
                    && market.isIndexSourceSilent($0, at: now)
            }
            return (market.symbol, silent)
        }
        for asset in Gateway.settleAssets(of: venue) {
            let fund = venue.insuranceFund(asset)
            funds.append((venue.assets[asset.index], fund.balance, fund.deficit))
        }
        for index in venue.markets.indices {
            trades += venue.markets[index].trades.last?.id.rawValue ?? 0
        }
        for account in opened { openOrders += venue.account(account)?.openOrderCount ?? 0 }
        let everybody =
            (0..<AccountID.firstOpened.rawValue).map(AccountID.init(rawValue:)) + opened
        for (index, asset) in venue.assets.enumerated() {
            var sum = Amount.zero
            for account in everybody {
                sum += venue.walletBalance(of: account, in: AssetID(rawValue: UInt16(index)))
            }
            drift.append((asset, sum))
        }
    }
}

private struct MetricsText {
    private(set) var text = ""
    private var described: Set<String> = []

    mutating func add(
        _ name: String,
        _ type: String,
        _ help: String,
        _ value: String,
        label: String? = nil,
        of suffix: String = ""
    ) {
        if described.insert(name).inserted {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        }
        text += name + suffix + (label.map { "{\($0)}" } ?? "") + " \(value)\n"
    }
}
