/// The layouts of all frames, as data: the source of `apus dump` and of the dissector.
///
/// The examples of <doc:Protocol> are read through this table and through the codecs, and both must
/// find the same.
public enum FrameTable {
  /// The fields of a frame header.
  public static let header: [FrameLayout.Field] = [
    .bytes("magic", 4), .u8("version"), .u8("type"), .u16("flags"), .u32("body length"),
    .u32("header CRC32C"), .u64("correlation id"), .u32("budget"), .u32("body CRC32C"),
  ]

  /// The fields that open every body.
  public static let prefix: [FrameLayout.Field] = [
    .u16("block length"), .reserved(2), .u32("extension length"),
  ]

  /// The fields that open every extension.
  public static let extensionPrefix: [FrameLayout.Field] = [
    .u16("tag"), .reserved(2), .u32("payload length"),
  ]

  /// The fields of the payload of the extension with `tag`; none where the tag is unknown.
  public static func payload(ofExtension tag: UInt16) -> [FrameLayout.Field] {
    switch Extensions.Tag(rawValue: tag & 0x7FFF) {
    case .traceID: [.bytes("trace id", 16)]
    case .routingKey: [.u64("routing key")]
    case .timing:
      [
        .u32("queue nanoseconds"), .u32("transform nanoseconds"), .u32("compute nanoseconds"),
        .u32("total nanoseconds"), .u32("batch rows"),
        .u8("device kind", [0: "processor", 1: "OpenCL"]),
        .u8("quality", [0: "as asked", 1: "fallback device"]), .reserved(2),
      ]
    case nil: []
    }
  }

  /// Returns the layout of one type.
  public static func layout(of type: FrameType) -> FrameLayout {
    guard let layout = layoutOfType[type] else {
      preconditionFailure("the table has no layout of \(type)")
    }
    return layout
  }

  private static let layoutOfType = Dictionary(
    uniqueKeysWithValues: layouts.map { ($0.type, $0) })

  /// The layouts, in ascending order of their types.
  public static let layouts: [FrameLayout] =
    (connection + models + administration + scoring + unasked)
    .sorted { $0.type.rawValue < $1.type.rawValue }

  private static let connection: [FrameLayout] = [
    FrameLayout(
      .hello, "HELLO",
      [
        .u8("lowest version"), .u8("highest version"), .reserved(2),
        .u32("wanted requests in flight"), .u64("features"), .u64("environment id"),
        .u32("wanted body bytes"), .u32("wanted rows per request"),
      ],
      data: [.text("client name"), .text("client version")]),
    FrameLayout(
      .helloOK, "HELLO_OK",
      [
        .u8("version"), .u8("authentication required"), .reserved(2), .u32("keepalive interval"),
        .u64("features"), .u64("environment id"), .u32("body bytes"), .u32("rows per request"),
        .u32("credit: requests"), .u32("credit: rows"), .u64("credit: bytes"),
        .u32("default budget"), .u32("largest budget"), .bytes("challenge", 32),
      ],
      data: [.text("server name"), .text("server version")]),
    FrameLayout(.auth, "AUTH", [.bytes("code", 32)], data: [.text("identifier")]),
    FrameLayout(.authOK, "AUTH_OK", [.u32("scopes"), .reserved(4)]),
    FrameLayout(.ping, "PING", [.u64("number")]),
    FrameLayout(.pong, "PONG", [.u64("number")]),
    FrameLayout(.cancel, "CANCEL"),
    FrameLayout(.stats, "STATS"),
    FrameLayout(
      .statsOK, "STATS_OK", [.u32("count"), .reserved(4)],
      data: [.list(count: "count", [.text("key"), .field(.f64("value"))])]),
    FrameLayout(.probeOK, "PROBE_OK", [.u64("number")]),
  ]

  private static let models: [FrameLayout] = [
    FrameLayout(.modelList, "MODEL_LIST"),
    FrameLayout(
      .modelListOK, "MODEL_LIST_OK", [.u32("count"), .reserved(4)],
      data: [
        .list(count: "count", [.field(.u32("handle")), .text("name"), .text("version")])
      ]),
    FrameLayout(.modelInfo, "MODEL_INFO", data: [.text("name"), .text("version")]),
    FrameLayout(
      .modelInfoOK, "MODEL_INFO_OK",
      [
        .u32("handle"), .u32("feature width"), .u32("output width"),
        .u8("task", [1: "regression", 2: "binary classification", 3: "classification"]),
        .reserved(1), .u16("columns"), .u64("schema hash"), .bytes("digest", 32),
        .u16("output names"), .reserved(2), .u32("embedding width"),
      ],
      data: [
        .text("name"), .text("version"), .text("device"),
        .list(count: "output names", [.text("output name")]),
        .list(
          count: "columns",
          [
            .field(.u8("kind", [1: "number", 2: "boolean", 3: "category"])),
            .field(
              .u8(
                "value kind",
                [
                  1: "boolean", 2: "integer", 3: "real", 4: "category", 5: "text", 6: "timestamp",
                ])),
            .field(.u32("categories")), .text("column name"),
            .list(count: "categories", [.text("category")]),
          ]),
      ]),
  ]

  private static let administration: [FrameLayout] = {
    let orders: [(FrameType, FrameType, String)] = [
      (.modelLoad, .modelLoadOK, "MODEL_LOAD"), (.modelSwap, .modelSwapOK, "MODEL_SWAP"),
      (.modelRollback, .modelRollbackOK, "MODEL_ROLLBACK"),
      (.modelUnload, .modelUnloadOK, "MODEL_UNLOAD"),
      (.modelLabel, .modelLabelOK, "MODEL_LABEL"), (.drain, .drainOK, "DRAIN"),
    ]
    return orders.flatMap { request, reply, name in
      [
        FrameLayout(
          request, name, [.bytes("request key", 16), .u16("canary share"), .reserved(6)],
          data: [.text("name"), .text("version")]),
        FrameLayout(
          reply, name + "_OK",
          [.u32("artifact handle"), .u32("route handle"), .u64("duration microseconds")],
          data: [.text("name"), .text("stable version"), .text("canary version")]),
      ]
    }
  }()

  private static let encodings: [UInt64: String] = [0: "float rows", 1: "raw columns"]

  private static func rows(_ type: FrameType, _ name: String) -> FrameLayout {
    FrameLayout(
      type, name,
      [
        .u32("handle"), .u8("encoding", encodings), .reserved(3), .u64("schema hash"),
        .u32("rows"), .u32("columns"),
      ],
      data: [.payload("row data")])
  }

  private static func numbers(_ type: FrameType, _ name: String, _ width: String) -> FrameLayout {
    FrameLayout(
      type, name,
      [
        .u32("handle"), .u32("rows"), .u32(width), .u8("statuses"), .reserved(3),
        .u32("failed rows"), .reserved(4),
      ],
      data: [.payload("numbers and statuses")])
  }

  private static let scoring: [FrameLayout] = [
    rows(.score, "SCORE"),
    rows(.extract, "EXTRACT"),
    numbers(.scoreOK, "SCORE_OK", "scores per row"),
    numbers(.extractOK, "EXTRACT_OK", "embedding width"),
    FrameLayout(
      .rank, "RANK",
      [
        .u32("handle"), .u8("encoding", encodings), .reserved(3), .u64("schema hash"),
        .u32("items"), .u32("top"), .u32("columns"), .u32("output index"), .u32("shared width"),
        .reserved(4),
      ],
      data: [.payload("shared columns and items")]),
    FrameLayout(
      .rankOK, "RANK_OK",
      [.u32("handle"), .u32("count"), .u32("items"), .u32("failed items")],
      data: [.payload("items and scores")]),
  ]

  private static let unasked: [FrameLayout] = [
    FrameLayout(
      .error, "ERROR",
      [
        .u16("code", WireError.Code.names),
        .u8("class", [1: "client", 2: "overload", 3: "server", 4: "shutdown"]), .u8("retryable"),
        .u32("retry after"), .u32("row"), .u32("column"),
      ],
      data: [.text("text")]),
    FrameLayout(
      .goAway, "GOAWAY", [.u16("reason", [1: "shutdown"]), .reserved(2), .u32("milliseconds")]),
    FrameLayout(.credit, "CREDIT", [.u32("requests"), .u32("rows"), .u64("bytes")]),
    FrameLayout(
      .push, "PUSH",
      [
        .u16("kind", [1: "model changed"]), .reserved(2), .u32("route handle"),
        .u32("artifact handle"), .reserved(4), .u64("schema hash"),
      ]),
    FrameLayout(.probe, "PROBE", [.u64("number")]),
  ]
}

extension WireError.Code {
  /// The names of the codes, as <doc:Protocol> says them.
  public static let names: [UInt64: String] = [
    1: "VERSION", 2: "PROTOCOL", 3: "CHECKSUM", 4: "TOO_LARGE", 5: "AUTH", 6: "FORBIDDEN",
    7: "UNKNOWN_MODEL", 8: "SCHEMA_MISMATCH", 9: "BAD_INPUT", 10: "NOT_READY", 11: "OVERLOADED",
    12: "FLOW", 13: "DEADLINE", 14: "CANCELLED", 15: "DRAINING", 16: "DEVICE", 17: "INTERNAL",
    18: "ENVIRONMENT", 19: "TIMEOUT",
  ]
}
