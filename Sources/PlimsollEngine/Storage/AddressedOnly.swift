/// Makes the value that holds it one that the compiler passes by its address alone.
///
/// It passes other values by a copy, however large, where a method that changes them calls one that only
/// reads: the engine's thousand bytes moved several times for each order, and a book's three hundred at
/// each look at a level.
struct AddressedOnly: Sendable {
    // Never looked at: an existential alone is of the kind that has no fixed layout to copy.
    private let value: any Sendable = ()
}
