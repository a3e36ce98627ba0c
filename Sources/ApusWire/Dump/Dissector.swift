/// The protocol as a dissector for Wireshark, in Lua, made from ``FrameTable``.
///
/// ```
/// apus dump --wireshark > ~/.local/lib/wireshark/plugins/apus.lua
/// tshark -X lua_script:apus.lua -r capture.pcap -Y apus
/// ```
///
/// Fields are named `apus.FRAME.FIELD`, such as `apus.score.rows`. The dissector takes every TCP
/// port on which a stream begins with the magic.
public enum Dissector {
  /// Returns the whole script.
  public static func lua() -> String {
    var lines = [head]
    lines.append(declarations())
    lines.append("local layouts = {")
    for layout in FrameTable.layouts { lines += table(of: layout) }
    lines.append("}")
    lines.append("local extensions = {")
    for tag in Extensions.Tag.allCases {
      let fields = FrameTable.payload(ofExtension: tag.rawValue)
      lines.append("  [\(tag.rawValue)] = { \(steps(fields.map { .field($0) }, "extension")) },")
    }
    lines.append("}")
    lines.append(body)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The fields of Wireshark, each once.
  private static func declarations() -> String {
    var names: Set<String> = []
    var lines: [String] = []
    func declare(_ field: FrameLayout.Field, _ prefix: String) {
      let name = abbreviation(field.name, prefix)
      guard field.name != "reserved", names.insert(name).inserted else { return }
      lines.append(
        "fields[\"\(name)\"] = ProtoField.\(kind(field))(\"\(name)\", \"\(field.name)\""
          + arguments(field) + ")"
      )
    }
    func declare(_ part: FrameLayout.Part, _ prefix: String) {
      switch part {
      case .field(let field): declare(field, prefix)
      case .text(let name), .payload(let name):
        let abbreviation = abbreviation(name, prefix)
        guard names.insert(abbreviation).inserted else { return }
        let kind = if case .text = part { "string" } else { "bytes" }
        lines.append(
          "fields[\"\(abbreviation)\"] = ProtoField.\(kind)(\"\(abbreviation)\", \"\(name)\")")
      case .list(_, let parts): for part in parts { declare(part, prefix) }
      }
    }
    for field in FrameTable.header { declare(field, "header") }
    for field in FrameTable.prefix { declare(field, "body") }
    for field in FrameTable.extensionPrefix { declare(field, "extension") }
    for tag in Extensions.Tag.allCases {
      for field in FrameTable.payload(ofExtension: tag.rawValue) { declare(field, "extension") }
    }
    for layout in FrameTable.layouts {
      for field in layout.fields { declare(field, layout.name) }
      for part in layout.data { declare(part, layout.name) }
    }
    return lines.joined(separator: "\n")
  }

  private static func table(of layout: FrameLayout) -> [String] {
    [
      "  [\(layout.type.rawValue)] = { name = \"\(layout.name)\",",
      "    block = { \(steps(layout.fields.map { .field($0) }, layout.name)) },",
      "    data = { \(steps(layout.data, layout.name)) } },",
    ]
  }

  /// What the script does for each part, as Lua tables.
  private static func steps(_ parts: [FrameLayout.Part], _ prefix: String) -> String {
    parts.map { part in
      switch part {
      case .field(let field):
        let length = field.kind.length
        guard field.name != "reserved" else { return "{ \"skip\", \(length) }" }
        let name = abbreviation(field.name, prefix)
        return "{ \"field\", \(length), \"\(name)\", \"\(field.name)\" }"
      case .text(let name): return "{ \"text\", 0, \"\(abbreviation(name, prefix))\" }"
      case .list(let count, let parts):
        return "{ \"list\", 0, \"\(count)\", { \(steps(parts, prefix)) } }"
      case .payload(let name): return "{ \"payload\", 0, \"\(abbreviation(name, prefix))\" }"
      }
    }
    .joined(separator: ", ")
  }

  private static func abbreviation(_ name: String, _ prefix: String) -> String {
    let words = "apus.\(prefix).\(name)".lowercased()
    return String(words.map { $0 == " " || $0 == ":" ? "_" : $0 })
  }

  private static func kind(_ field: FrameLayout.Field) -> String {
    switch field.kind {
    case .unsigned(let length): "uint\(length * 8)"
    case .double: "double"
    case .bytes, .reserved: "bytes"
    }
  }

  private static func arguments(_ field: FrameLayout.Field) -> String {
    guard !field.meanings.isEmpty else { return "" }
    let meanings = field.meanings.sorted { $0.key < $1.key }
      .map { "[\($0.key)] = \"\($0.value)\"" }
    return ", base.DEC, { \(meanings.joined(separator: ", ")) }"
  }

  private static let head = """
    -- The Apus protocol, version \(FrameHeader.version): made by `apus dump --wireshark`.
    local apus = Proto("apus", "Apus protocol")
    local fields = {}
    """

  private static let body = """
    apus.fields = fields
    local header_length = \(WireLimits.headerLength)

    -- Adds one part to the tree and returns the offset behind it; nil if it does not fit.
    local function add(part, tvb, offset, stop, tree, counts)
      local kind, length, name = part[1], part[2], part[3]
      if kind == "list" then
        for _ = 1, counts[name] or 0 do
          for _, inner in ipairs(part[4]) do
            offset = add(inner, tvb, offset, stop, tree, counts)
            if not offset then return nil end
          end
        end
        return offset
      end
      if kind == "payload" then
        if stop > offset then tree:add(fields[name], tvb(offset, stop - offset)) end
        return stop
      end
      if kind == "text" then
        if offset + 2 > stop then return nil end
        length = 2 + tvb(offset, 2):le_uint()
        if offset + length > stop then return nil end
        local text = length > 2 and tvb(offset + 2, length - 2):string(ENC_UTF_8) or ""
        tree:add(fields[name], tvb(offset, length), text)
        return offset + length
      end
      if offset + length > stop then return nil end
      if kind == "field" then
        tree:add_le(fields[name], tvb(offset, length))
        if length <= 4 then counts[part[4]] = tvb(offset, length):le_uint() end
      end
      return offset + length
    end

    local function add_all(parts, tvb, offset, stop, tree, counts)
      for _, part in ipairs(parts) do
        offset = add(part, tvb, offset, stop, tree, counts)
        if not offset then
          tree:add_expert_info(PI_MALFORMED, PI_ERROR, "the body is too short")
          return nil
        end
      end
      return offset
    end

    local function add_extensions(tvb, offset, stop, tree)
      while offset + 8 <= stop do
        tree:add_le(fields["apus.extension.tag"], tvb(offset, 2))
        tree:add_le(fields["apus.extension.payload_length"], tvb(offset + 4, 4))
        local tag, length = tvb(offset, 2):le_uint() % 32768, tvb(offset + 4, 4):le_uint()
        offset = offset + 8
        if offset + length > stop then return end
        if extensions[tag] then
          add_all(extensions[tag], tvb, offset, offset + length, tree, {})
        end
        offset = offset + length + (-length) % 8
      end
    end

    local header = {
      \(steps(FrameTable.header.map { .field($0) }, "header"))
    }

    local function dissect_frame(tvb, pinfo, root)
      local layout = layouts[tvb(5, 1):uint()]
      local name = layout and layout.name or "unknown"
      local tree = root:add(apus, tvb(), "Apus " .. name)
      add_all(header, tvb, 0, header_length, tree, {})
      pinfo.cols.protocol = "APUS"
      pinfo.cols.info:append(" " .. name .. " id=" .. tostring(tvb(16, 8):le_uint64()))
      if not layout or tvb:len() < header_length + 8 then return end
      local body = header_length
      local block = tvb(body, 2):le_uint()
      local extension = tvb(body + 4, 4):le_uint()
      local stop = tvb:len() - extension
      if stop < body + 8 then return end
      tree:add_le(fields["apus.body.block_length"], tvb(body, 2))
      tree:add_le(fields["apus.body.extension_length"], tvb(body + 4, 4))
      local counts = {}
      if add_all(layout.block, tvb, body + 8, stop, tree, counts) then
        add_all(layout.data, tvb, body + block, stop, tree, counts)
      end
      add_extensions(tvb, stop, tvb:len(), tree)
    end

    local function frame_length(tvb, _, offset)
      return header_length + tvb(offset + 8, 4):le_uint()
    end

    local function dissect(tvb, pinfo, root)
      pinfo.cols.info = ""
      return dissect_tcp_pdus(tvb, root, header_length, frame_length, function(frame)
        dissect_frame(frame, pinfo, root)
        return frame:len()
      end)
    end

    apus.dissector = dissect

    apus:register_heuristic("tcp", function(tvb, pinfo, root)
      if tvb:len() < 4 or tvb(0, 4):string() ~= "APUS" then return false end
      pinfo.conversation = apus
      -- Called as a function: a call through the protocol would not be let put segments together.
      dissect(tvb, pinfo, root)
      return true
    end)
    """
}
