import PlimsollModel

/// How much a position must be worth and what happens when it is not.
extension Profile {
    func leverage(_ reader: DocumentReader) throws(ProfileError) -> UInt16 {
        let members = try sourced(reader, ["initial"])
        return try Self.member("initial", of: members).whole(as: UInt16.self)
    }

    /// Tiers with a deduction each, or, where a profile says `"deductions": "none"`, without any: a
    /// position then pays the rate of its tier on all of its notional.
    ///
    /// A profile has to say so, since a table that lost its deductions would pass otherwise.
    func tiers(_ reader: DocumentReader) throws(ProfileError) -> [MarginTier] {
        let members = try sourced(reader, ["rows"], optional: ["deductions"])
        if let deductions = members["deductions"] {
            guard try deductions.text() == "none" else {
                throw deductions.fail("\"none\" is all that can stand here")
            }
        }
        let hasDeductions = members["deductions"] == nil
        let keys = ["floor", "cap", "leverageMax", "maintenanceRate"]
        var tiers: [MarginTier] = []
        for row in try Self.member("rows", of: members).elements() {
            let parts = try row.members(required: hasDeductions ? keys + ["deduction"] : keys)
            tiers.append(
                MarginTier(
                    notionalFloor: try Self.member("floor", of: parts).amount(),
                    notionalCap: try Self.member("cap", of: parts).amount(),
                    leverageMax: try Self.member("leverageMax", of: parts).whole(as: UInt16.self),
                    maintenanceRate: try Self.member("maintenanceRate", of: parts)
                        .fixed(as: Rate.self),
                    deduction: try parts["deduction"]?.amount() ?? .zero
                )
            )
        }
        let isFlat = tiers.count > 1 && tiers.allSatisfy(\.deduction.isZero)
        guard !(hasDeductions && isFlat) else {
            throw reader.fail(
                "no tier has a deduction; where that is the venue's rule, "
                    + "\"deductions\": \"none\" says so"
            )
        }
        return tiers
    }

    func liquidation(_ reader: DocumentReader) throws(ProfileError) -> LiquidationTerms {
        let members = try sourced(
            reader,
            ["boundary", "step", "includesCloseFee", "takeoverRatio", "rank", "price"],
            optional: ["stepShare"]
        )
        var terms = LiquidationTerms(
            boundary: try Self.member("boundary", of: members).choice(),
            step: try Self.member("step", of: members).choice(),
            includesCloseFee: try Self.member("includesCloseFee", of: members).flag(),
            takeoverRatio: try takeoverRatio(Self.member("takeoverRatio", of: members)),
            rank: try Self.member("rank", of: members).choice(),
            price: try Self.member("price", of: members).choice()
        )
        switch (terms.step, members["stepShare"]) {
        case (.share, let share?):
            terms.stepShare = try share.fixed(as: Rate.self)
            guard terms.stepShare > .zero, terms.stepShare <= .one else {
                throw share.fail("a share of a position is more than 0 and at most 1")
            }
        case (.share, nil): throw reader.fail("the key stepShare is missing")
        case (_, let share?): throw share.fail("only the step \"share\" has a share")
        case (_, nil): break
        }
        return terms
    }

    /// A multiple of the fund's balance, or `"untilEmpty"`.
    private func takeoverRatio(_ reader: DocumentReader) throws(ProfileError) -> Rate {
        try reader.text() == "untilEmpty" ? -.one : try reader.fixed(as: Rate.self)
    }
}
