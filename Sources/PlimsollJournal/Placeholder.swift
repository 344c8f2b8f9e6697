import GRDB

enum Placeholder {}
