import PlimsollModel

// What a quantity is worth, in numbers and in words.
extension LiquidationReceipt {
    var contract: ContractWorth {
        ContractWorth(kind: contractKind, multiplier: multiplier)
    }

    func tradedValue(of quantity: Quantity, at price: Price) -> Amount {
        contract.value(of: quantity, at: price).magnitude
    }

    func averagePrice(of quantity: Quantity, worth value: Amount) -> Price {
        contract.averagePrice(of: quantity, worth: value)
    }
}
