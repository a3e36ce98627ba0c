/// The page that draws `/status`: one document that loads nothing else.
///
/// All that comes from the server is put on the page as text, never as markup.
enum DashboardPage {
  /// The whole page.
  static let html = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Apus</title>
    <style>
    \(style)
    </style>
    </head>
    <body>
    \(body)
    <script>
    \(tools)
    \(charts)
    \(script)
    </script>
    </body>
    </html>

    """

  private static let body = """
    <header>
      <h1><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M1 8c6-1 9 2 11 6 2-4 5-7 11-6-5 \
    1-8 4-9 9l-2 3-2-3C9 12 6 9 1 8z"/></svg><span id="name">apus</span></h1>
      <span id="state" class="pill" role="status">connecting</span>
      <span id="about" class="faint"></span>
    </header>
    <ul id="problems" class="problems" hidden></ul>
    <main>
      <section class="tiles" aria-label="Now" id="tiles"></section>
      <section class="charts">
        <figure><figcaption>Requests per second \
    <span class="keys" id="throughput-keys"></span></figcaption>
          <div id="throughput" class="chart"></div></figure>
        <figure><figcaption>Latency <span class="keys" id="latency-keys"></span></figcaption>
          <div id="latency" class="chart"></div></figure>
        <figure><figcaption>Rows in a batch <span class="faint">last minute</span></figcaption>
          <div id="batches" class="chart"></div></figure>
        <figure><figcaption>Where the time goes, p99 \
    <span class="keys" id="stages-keys"></span></figcaption>
          <div id="stages" class="chart"></div></figure>
      </section>
      <section class="panel"><h2>Models</h2><div class="scroll"><table>
        <thead><tr><th>model</th><th>version</th><th>traffic</th><th>state</th><th>device</th>
        <th class="n">requests/s</th><th class="n">rows/s</th><th class="n">p50</th>
        <th class="n">p99</th><th class="n">p99.9</th><th class="n">rows/batch</th>
        <th class="n">refused</th><th class="n">late</th><th class="n">fallbacks</th></tr></thead>
        <tbody id="models"></tbody></table></div></section>
      <div class="pair">
        <section class="panel"><h2>Devices</h2><ul id="devices" class="devices"></ul></section>
        <section class="panel"><h2>Process and wire</h2><dl id="process"></dl></section>
      </div>
    </main>
    <footer class="faint">Asked each second from <code>/status</code>; figures are of the last ten \
    seconds. Also here: <a href="/metrics">/metrics</a>, <a href="/readyz">/readyz</a>.</footer>
    """
}
