extension DashboardPage {
  /// How the page looks, on light and dark, wide and narrow screens.
  static let style = """
    :root {
      --ground: #f6f7f9; --panel: #fff; --line: #e2e5ea; --grid: #eceef2; --text: #16191f;
      --faint: #687082; --a: #2563eb; --b: #0d9488; --c: #d97706; --d: #dc2626;
      --good: #15803d; --fair: #b45309; --bad: #b91c1c;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #0f1115; --panel: #171a21; --line: #272c36; --grid: #20242d; --text: #e8eaef;
        --faint: #8f98aa; --a: #6ea0ff; --b: #3fc6b8; --c: #f3ad4e; --d: #ff7a7a;
        --good: #4ade80; --fair: #fbbf24; --bad: #f87171;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; max-width: 1280px; padding: 20px 20px 28px; background: var(--ground);
      color: var(--text); font: 14px/1.45 system-ui, -apple-system, "Segoe UI", "DejaVu Sans",
        sans-serif; font-variant-numeric: tabular-nums;
    }
    header { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; }
    h1 { display: flex; align-items: center; gap: 8px; margin: 0; font-size: 20px; }
    h1 svg { width: 24px; height: 24px; fill: var(--a); }
    h2 { margin: 0 0 10px; font-size: 13px; font-weight: 600; color: var(--faint); }
    a { color: var(--a); }
    .faint { color: var(--faint); font-weight: 400; }
    .pill {
      padding: 2px 11px; border-radius: 99px; border: 1px solid currentColor; font-size: 12px;
      font-weight: 600; color: var(--faint);
    }
    .pill.good, .good { color: var(--good); }
    .pill.fair, .fair { color: var(--fair); }
    .pill.bad, .bad { color: var(--bad); }
    .problems { margin: 14px 0 0; padding: 10px 14px 10px 30px; border: 1px solid var(--fair);
      border-radius: 10px; }
    .tiles {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: 12px;
      margin: 16px 0 12px;
    }
    .tile, figure, .panel {
      background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 14px;
    }
    .tile b { display: block; font-size: 22px; line-height: 1.3; font-weight: 650;
      white-space: nowrap; }
    .tile small { font-size: 13px; font-weight: 400; color: var(--faint); margin-left: 3px; }
    .charts { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
    figure { margin: 0; min-width: 0; }
    figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 12px;
      font-weight: 600; margin-bottom: 8px; }
    .keys { font-weight: 400; color: var(--faint); }
    .keys i { display: inline-block; width: 10px; height: 3px; border-radius: 2px;
      margin: 0 5px 3px 12px; }
    .chart { height: 190px; }
    .chart svg { display: block; width: 100%; height: 100%; overflow: visible; }
    .chart text { fill: var(--faint); font-size: 11px; }
    .chart .grid { stroke: var(--grid); }
    .chart .cursor { stroke: var(--faint); stroke-dasharray: 2 3; }
    .chart path { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
    .chart .value { fill: var(--text); }
    .panel { margin-top: 12px; min-width: 0; }
    .pair { display: grid; grid-template-columns: 1fr 2fr; gap: 0 12px; }
    .scroll { overflow-x: auto; margin: 0 -14px -6px; padding: 0 14px 6px; }
    table { width: 100%; border-collapse: collapse; white-space: nowrap; }
    th { font-size: 12px; font-weight: 500; color: var(--faint); text-align: left; }
    th, td { padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); }
    tr:last-child td { border-bottom: 0; }
    .n { text-align: right; padding: 6px 0 6px 14px; }
    .devices { list-style: none; margin: 0; padding: 0; }
    .devices li { display: flex; justify-content: space-between; padding: 4px 0; }
    dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr));
      gap: 6px 24px; margin: 0; }
    dl div { display: flex; justify-content: space-between; gap: 10px; }
    dt { color: var(--faint); }
    dd { margin: 0; white-space: nowrap; }
    footer { margin-top: 16px; font-size: 12px; }
    @media (max-width: 760px) {
      body { padding: 14px 12px 24px; }
      .charts, .pair { grid-template-columns: minmax(0, 1fr); }
      .tiles { grid-template-columns: repeat(2, 1fr); gap: 10px; }
      .tile { padding: 10px 12px; }
      .tile b { font-size: 19px; }
      .chart { height: 160px; }
    }
    """
}
