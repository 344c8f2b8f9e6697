public import PlimsollModel

extension AccountProjection {
    /// The account as it would stand with another position and another cross wallet: what a preview
    /// reckons with.
    public func supposing(
        _ position: PositionProjection,
        wallet: Amount,
        of asset: AssetID
    ) -> AccountProjection {
        var supposed = self
        let index = positionIndex(position.instrument, position.side)
        if index < positions.count, positions[index].isOf(position.instrument, position.side) {
            supposed.positions[index] = position
        } else {
            supposed.positions.insert(position, at: index)
        }
        supposed.wallets.removeAll { $0.asset == asset }
        supposed.wallets.append(WalletProjection(asset: asset, balance: wallet))
        supposed.wallets.sort { $0.asset.rawValue < $1.asset.rawValue }
        return supposed
    }
}
