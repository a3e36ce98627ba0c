internal import Foundation

/// One HTML document that loads nothing else: style, script and the numbers as JSON are inside.
///
/// The script puts all that comes from the data on the page as text, never as markup.
struct Page {
  /// What the window is called.
  let title: String
  /// The script that draws, after the tools that all pages share.
  let script: String

  /// The document with its numbers.
  ///
  /// - Parameter content: what the script finds as `DATA`.
  /// - Returns: HTML.
  /// - Throws: `EncodingError` when it cannot be written as JSON.
  func html(_ content: some Encodable) throws -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(Self.escaped(title))</title>
    <style>
    \(Self.style)
    </style>
    </head>
    <body>
    <main id="page"></main>
    <script type="application/json" id="data">\(try Self.json(content))</script>
    <script>
    \(Self.tools)
    \(Self.plot)
    \(script)
    </script>
    </body>
    </html>

    """
  }

  /// JSON that may stand inside a script element: no character of it can end the element or begin
  /// a comment.
  static func json(_ content: some Encodable) throws -> String {
    var text = String(decoding: try RunReport.encoder().encode(content), as: UTF8.self)
    for (character, escape) in [
      ("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u{2028}", "\\u2028"),
      ("\u{2029}", "\\u2029"),
    ] {
      text = text.replacing(character, with: escape)
    }
    return text
  }

  /// Text that may stand between tags.
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;")
  }
}
