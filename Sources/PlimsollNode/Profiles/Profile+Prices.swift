import PlimsollModel

/// Where prices come from and what funding follows from them.
extension Profile {
    func index(_ reader: DocumentReader) throws(ProfileError) -> IndexTerms {
        let members = try sourced(
            reader,
            ["weights", "deviationMax", "staleAfterMilliseconds"]
        )
        let list = try Self.member("weights", of: members)
        var weights: [UInt16] = []
        for element in try list.elements() {
            weights.append(try element.whole(as: UInt16.self))
        }
        guard weights.count <= IndexTerms.sourceCountMax, weights.contains(where: { $0 > 0 })
        else {
            throw list.fail(
                "an index has one to \(IndexTerms.sourceCountMax) sources, of which one counts"
            )
        }
        return IndexTerms(
            weights: weights,
            deviationMax: try Self.member("deviationMax", of: members).fixed(as: Rate.self),
            staleAfterMilliseconds: try Self.member("staleAfterMilliseconds", of: members)
                .whole(as: Int64.self)
        )
    }

    func mark(_ reader: DocumentReader) throws(ProfileError) -> MarkPriceTerms {
        let members = try sourced(
            reader,
            ["method", "intervalMilliseconds", "sampleIntervalMilliseconds", "sampleCount"]
        )
        return MarkPriceTerms(
            intervalMilliseconds: try Self.member("intervalMilliseconds", of: members)
                .whole(as: Int64.self),
            sampleIntervalMilliseconds: try Self.member("sampleIntervalMilliseconds", of: members)
                .whole(as: Int64.self),
            sampleCount: try Self.member("sampleCount", of: members).whole(as: UInt8.self),
            method: try Self.member("method", of: members).choice()
        )
    }

    /// A rate that follows the premium needs all of these; a fixed one needs none.
    private static let premiumKeys = ["interest", "clamp", "cap", "impactNotional", "averaging"]

    func funding(_ reader: DocumentReader) throws(ProfileError) -> FundingTerms {
        let members = try sourced(
            reader,
            ["intervalHours", "rate", "notional"],
            optional: Self.premiumKeys
        )
        let hours = try Self.member("intervalHours", of: members).whole(as: UInt8.self)
        var terms = FundingTerms(
            intervalMilliseconds: Int64(hours) * 3_600_000,
            rate: try Self.member("rate", of: members).fixed(as: Rate.self),
            notional: try Self.member("notional", of: members).choice()
        )
        let given = Self.premiumKeys.filter { members[$0] != nil }
        guard !given.isEmpty else { return terms }
        if let missing = Self.premiumKeys.first(where: { members[$0] == nil }) {
            throw reader.fail(
                "the key \(missing) is missing: a rate that follows the premium has "
                    + Self.premiumKeys.joined(separator: ", ")
            )
        }
        terms.interest = try Self.member("interest", of: members).fixed(as: Rate.self)
        terms.clamp = try Self.member("clamp", of: members).fixed(as: Rate.self)
        terms.cap = try Self.member("cap", of: members).fixed(as: Rate.self)
        let impact = try Self.member("impactNotional", of: members)
        terms.impactNotional = try impact.fixed(as: Price.self)
        guard terms.impactNotional > .zero else {
            throw impact.fail("a premium is learnt by filling more than nothing")
        }
        terms.averaging = try Self.member("averaging", of: members).choice()
        return terms
    }
}
