public import ApusWire

extension WireError.Code {
  /// The name of the code in metrics; those of a newer protocol are all `other`.
  public var label: String {
    switch rawValue {
    case 1: "version"
    case 2: "protocol"
    case 3: "checksum"
    case 4: "too_large"
    case 5: "auth"
    case 6: "forbidden"
    case 7: "unknown_model"
    case 8: "schema_mismatch"
    case 9: "bad_input"
    case 10: "not_ready"
    case 11: "overloaded"
    case 12: "flow"
    case 13: "deadline"
    case 14: "cancelled"
    case 15: "draining"
    case 16: "device"
    case 17: "internal"
    case 18: "environment"
    case 19: "timeout"
    default: "other"
    }
  }
}
