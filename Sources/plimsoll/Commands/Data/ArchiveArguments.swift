public import ArgumentParser
public import PlimsollTapes

// The choices of the library, as the command line writes them.
extension TapePolicy: ExpressibleByArgument {}
extension VisionArchive.Kind: ExpressibleByArgument {}
extension VisionArchive.Market: ExpressibleByArgument {}
