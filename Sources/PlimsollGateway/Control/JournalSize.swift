import Foundation

/// How much of the disk a venue's data take.
enum JournalSize {
    /// Of the files in a directory; what cannot be read counts nothing.
    static func bytes(in directory: String) -> Int {
        let files = FileManager.default
        let names = (try? files.contentsOfDirectory(atPath: directory)) ?? []
        return names.reduce(0) { sum, name in
            let facts = try? files.attributesOfItem(atPath: "\(directory)/\(name)")
            return sum + ((facts?[.size] as? NSNumber)?.intValue ?? 0)
        }
    }
}
