import PlimsollGateway

extension ClientConfigurations {
    /// The same blocks that `plimsoll connect` prints.
    static let connections = ClientConfigurations(
        names: ConnectCommand.Client.allCases.map(\.rawValue)
    ) { name, address in
        guard let client = ConnectCommand.Client(rawValue: name) else { return nil }
        let block = client.block(
            at: VenueAddress(
                http: address.http,
                webSocket: address.webSocket,
                https: address.https,
                key: address.key,
                secret: address.secret
            ),
            usesTLS: client == .freqtrade && address.https != nil
        )
        return (block.text, block.remark)
    }
}
