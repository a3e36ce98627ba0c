extension Page {
  /// How pages look, on light and dark, wide and narrow screens and on paper.
  static let style = """
    :root {
      --ground: #f6f7f9; --panel: #fff; --line: #e2e5ea; --grid: #eceef2; --text: #16191f;
      --faint: #687082; --a: #2563eb; --b: #0d9488; --c: #d97706; --d: #dc2626; --e: #7c3aed;
      --f: #64748b;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #0f1115; --panel: #171a21; --line: #272c36; --grid: #20242d; --text: #e8eaef;
        --faint: #8f98aa; --a: #6ea0ff; --b: #3fc6b8; --c: #f3ad4e; --d: #ff7a7a; --e: #b794ff;
        --f: #94a3b8;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; max-width: 1280px; padding: 24px 20px 40px; background: var(--ground);
      color: var(--text); font: 14px/1.45 system-ui, -apple-system, "Segoe UI", "DejaVu Sans",
        sans-serif; font-variant-numeric: tabular-nums;
    }
    header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; }
    h1 { margin: 0; font-size: 22px; overflow-wrap: anywhere; }
    h2 { margin: 30px 0 10px; font-size: 16px; }
    .faint { color: var(--faint); font-weight: 400; }
    .tiles {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(126px, 1fr)); gap: 12px;
      margin: 16px 0 0;
    }
    .tile, figure, .panel {
      background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 14px;
      min-width: 0;
    }
    .tile span { font-size: 12px; }
    .tile b { display: block; font-size: 22px; line-height: 1.3; font-weight: 650; }
    .figures { display: grid; gap: 12px; align-items: stretch;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); }
    figure { margin: 0; }
    figcaption { font-weight: 600; margin-bottom: 6px; }
    figcaption .faint { font-size: 13px; margin-left: 6px; }
    .keys { display: flex; flex-wrap: wrap; gap: 0 14px; min-height: 20px; font-size: 12px;
      color: var(--faint); }
    .keys i { display: inline-block; width: 11px; height: 3px; border-radius: 2px;
      margin: 0 5px 3px 0; }
    figure svg { display: block; width: 100%; height: auto; overflow: visible; }
    svg text { fill: var(--faint); font-size: 11px; }
    svg .grid { stroke: var(--grid); }
    svg .axis { stroke: var(--line); }
    svg .cursor { stroke: var(--faint); stroke-dasharray: 2 3; }
    svg path { fill: none; stroke-width: 1.9; stroke-linejoin: round; stroke-linecap: round; }
    svg .value { fill: var(--text); }
    svg .halo { paint-order: stroke; stroke: var(--panel); stroke-width: 4; }
    .panel + .panel { margin-top: 12px; }
    .scroll { overflow-x: auto; margin: -6px -14px; padding: 0 14px; }
    .scroll svg.wide { min-width: 980px; }
    table { width: 100%; border-collapse: collapse; }
    th { font-size: 12px; font-weight: 500; color: var(--faint); text-align: left;
      vertical-align: bottom; }
    th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); }
    td.name { min-width: 150px; max-width: 260px; overflow-wrap: anywhere; }
    tr:last-child td { border-bottom: 0; }
    .n { text-align: right; white-space: nowrap; }
    .n:last-child { padding-right: 0; }
    .bad { color: var(--d); } .fair { color: var(--c); } .best { font-weight: 650; }
    .matrix { width: auto; margin: 8px 0; }
    .matrix td, .matrix th { padding: 8px 14px; border: 1px solid var(--line); text-align: right; }
    .matrix th { color: var(--text); max-width: 140px; overflow-wrap: anywhere; }
    .slider { display: flex; align-items: center; gap: 12px; }
    .slider input { flex: 1; min-width: 60px; accent-color: var(--a); }
    .slider output { min-width: 64px; font-weight: 650; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 0; }
    dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
    pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere;
      font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
    ul { margin: 0; padding-left: 18px; }
    button { font: inherit; font-size: 12px; color: var(--a); background: none; cursor: pointer;
      border: 1px solid var(--line); border-radius: 8px; padding: 3px 10px; float: right;
      margin-left: 12px; }
    @media (max-width: 760px) {
      body { padding: 14px 12px 24px; }
      .tiles { grid-template-columns: repeat(2, 1fr); gap: 10px; }
    }
    @media print { .tile, figure, .panel { break-inside: avoid; } button { display: none; } }
    """
}
