"""The table and the JSON file that every benchmark leaves behind."""

import json


def figure(name, value, unit, peer=None, target=None, met=None, notes="", digits=4, ratio=None):
    """One figure; the ratio is value over peer where there is a peer, unless one is given."""
    def rounded(number):
        return None if number is None else float(f"{number:.{digits}g}")

    if ratio is None and peer:
        ratio = value / peer
    return {
        "figure": name, "value": rounded(value), "unit": unit, "peer": rounded(peer),
        "ratio": rounded(ratio), "target": target, "met": met,
        "notes": notes,
    }


def below(name, value, unit, peer, ratio, notes="", measured=None):
    """A figure that is to be at most `ratio` times the peer's, or as `measured` by the caller."""
    # Multiplied, so that a peer's difference below 0 lets nothing pass.
    met = value <= ratio * peer if measured is None else measured <= ratio
    return figure(name, value, unit, peer, f"ratio <= {ratio}", met, notes, ratio=measured)


def above(name, value, unit, peer, ratio, notes="", measured=None):
    """A figure that is to be at least `ratio` times the peer's, or as `measured` by the caller."""
    met = value >= ratio * peer if measured is None else measured >= ratio
    return figure(name, value, unit, peer, f"ratio >= {ratio}", met, notes, ratio=measured)


def write(figures, path):
    """Prints the table and writes the file; returns whether every target is met."""
    def text(value):
        if value is None:
            return "-"
        if isinstance(value, bool):
            return "yes" if value else "NO"
        return f"{value:,.10g}" if isinstance(value, float) else str(value)

    names = ["figure", "value", "unit", "peer", "ratio", "target", "met"]
    rows = [[text(row[name]) for name in names] for row in figures]
    widths = [max(len(cells[i]) for cells in [names] + rows) for i in range(len(names))]
    for cells in [names] + rows:
        print("  ".join(
            cell.rjust(width) if name in ("value", "peer", "ratio") else cell.ljust(width)
            for cell, width, name in zip(cells, widths, names)).rstrip())
    with open(path, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")
    print(f"written to {path}")
    return all(row["met"] is not False for row in figures)
