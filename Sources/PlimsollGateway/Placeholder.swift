import Crypto
import Hummingbird

enum Placeholder {}
