import CLibFuzzer
import Foundation

/// libFuzzer calls from C, with no place for a value of ours: the target is chosen before it starts.
enum Choice {
    static let name = ProcessInfo.processInfo.environment["PLIMSOLL_FUZZ"] ?? ""
    static let target = FuzzTarget(rawValue: name)
}

/// Ends the run with the bytes that did it.
func hold(_ fact: Bool, _ words: @autoclosure () -> String) {
    precondition(fact, words())
}

/// What libFuzzer is linked against by name.
@_cdecl("LLVMFuzzerTestOneInput")
public func takeOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // The bytes are copied before the call returns.
    Choice.target?.take(unsafe Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

if Choice.name == "seeds", CommandLine.arguments.count == 3 {
    try writeSeeds(profile: CommandLine.arguments[1], into: CommandLine.arguments[2])
    exit(0)
}

guard Choice.target != nil else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
    FileHandle.standardError.write(Data("PLIMSOLL_FUZZ has to be one of: \(names)\n".utf8))
    exit(2)
}

var count = CommandLine.argc
// The arguments live as long as the process.
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
exit(unsafe LLVMFuzzerRunDriver(&count, &arguments, takeOne))
