/// What a stream leaves out.
struct StreamShape {
    /// Gaps in which several settlements of several instruments fall due.
    var longGaps = true
    /// The third instrument settles in an asset of its own.
    var secondSettleAsset = true
    var conditionals = true
    var selfTradePrevention = true
    var goodTillDates = true
    var priceMatches = true
    var countdowns = true
    var transfers = true
    var hedge = true
    /// The second instrument settles in its coin.
    var inverse = true
    /// Several sources of an index, deviating or falling silent.
    var indexSources = true
    var markMethods = true
    /// Rates that follow a premium, and funding rules set while trading.
    var premiums = true
    var liquidationTerms = true
}
