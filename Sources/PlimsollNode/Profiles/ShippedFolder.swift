import Foundation

/// Finds files that ship with Plimsoll: in the folder that an environment variable names, then in
/// one beside the executable and in each folder above it, then in one of the working directory.
struct ShippedFolder {
    let name: String
    let variable: String
    /// Of the files, with its point.
    let suffix: String

    /// Where a file of that name may be, best first.
    func paths(of file: String) -> [String] { folders.map { "\($0)/\(file)\(suffix)" } }

    /// The names of the files that can be found.
    var names: [String] {
        var names: Set<String> = []
        for folder in folders {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for file in files where file.hasSuffix(suffix) {
                names.insert(String(file.dropLast(suffix.count)))
            }
        }
        return names.sorted()
    }

    private var folders: [String] {
        var folders: [String] = []
        if let folder = ProcessInfo.processInfo.environment[variable] { folders.append(folder) }
        if let executable = Bundle.main.executableURL {
            var folder = executable.resolvingSymlinksInPath().deletingLastPathComponent()
            while folder.path != "/" {
                folders.append(folder.appending(path: name).path)
                folder = folder.deletingLastPathComponent()
            }
        }
        folders.append(FileManager.default.currentDirectoryPath + "/\(name)")
        return folders
    }
}
