extension LiquidationReceipt {
    /// One terminal page of plain text.
    public func text(width: Int = 78) -> String { "" }
}
