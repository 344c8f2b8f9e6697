extension LiquidationReceipt {
    /// What happened, in order.
    public var steps: [ReceiptStep] { [] }
}
