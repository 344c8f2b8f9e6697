import Foundation

/// Where the files of the web app are that the build has put together.
enum WebFolder {
    /// The folder, or `nil` where none was built: the venue runs without it.
    ///
    /// `PLIMSOLL_WEB` names one; else it is looked for beside the program, where a package would put it,
    /// and in the build folder that the program was built in.
    static func find(_ environment: [String: String]) -> String? {
        if let named = environment["PLIMSOLL_WEB"] { return isApp(named) ? named : nil }
        let program = URL(fileURLWithPath: Bundle.main.executablePath ?? "")
            .resolvingSymlinksInPath()
        let folder = program.deletingLastPathComponent()
        return ["plimsoll-web", "../share/plimsoll/web", "../../web"]
            .map { folder.appending(path: $0).standardizedFileURL.path }
            .first(where: isApp)
    }

    private static func isApp(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/index.html")
    }
}
