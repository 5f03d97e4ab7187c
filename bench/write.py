"""Writes docs/performance.md and its plots from `target/bench/results.json`; measures nothing.

python3 bench/write.py          by `make bench`, with the Python of target/bench/venv
"""

import datetime
import json
import re
import statistics
import sys

import jinja2
from document import tables
from measure import bars
from measure.places import BENCH, DISTANCES, RESULTS, ROOT

DOCUMENT = ROOT / "docs/performance.md"
IMAGES = ROOT / "docs/images"


def spreads(results):
    """How far the rounds of a figure of CPU lie apart: the middle one of them, and the widest."""
    found = [
        (spread, f"{tables.LANGUAGES[language]}, {tables.TASKS[task]}, {tables.named(client)}")
        for language in tables.LANGUAGES
        for task, row in results.get(language, {}).get("rows", {}).items()
        for client, values in row.items()
        if task in tables.TASKS and (spread := tables.spread(values, "cpu")) is not None
    ]
    if not found:
        return None
    widest, where = max(found)
    return {"middle": statistics.median(s for s, _ in found), "widest": widest, "where": where}


def peers(versions, language):
    """`name version, name version` of one language's clients."""
    asked = {
        "python": ("requests", "httpx", "urllib3", "aiohttp", "pycurl", "msgspec", "stripe"),
        "node": ("undici", "axios", "got", "stripe"),
        "php": ("ext-curl", "guzzle", "symfony"),
        "rust": ("reqwest", "hyper", "hyper-util", "ureq"),
    }[language]
    of = (
        (tables.NAMES.get(name, name) if name in ("guzzle", "symfony") else name, name)
        for name in asked
    )
    return ", ".join(f"{shown} {versions.get(f'{language} {name}', '?')}" for shown, name in of)


def http2(rows, ms=150):
    """What the figures say."""

    def gain(row, figure):
        found = rows[f"{row}@{ms}"]
        without, with_it = (tables.median(found[c], figure) for c in ("reqwest", "reqwest-h2"))
        return (without - with_it) / 1e3

    cases = {
        "one call": gain("1", "warm"),
        "one cold call": gain("1", "cold"),
        "64 cold calls at once": gain("64", "cold"),
        "64 warm calls at once": gain("64", "warm"),
        "64 calls at once where one connection is open": gain("1, then 64", "warm"),
    }
    helped = [f"{name} ({saved:.0f} ms)" for name, saved in cases.items() if saved > ms / 4]
    others = [name for name, saved in cases.items() if saved <= ms / 4]
    said = f"HTTP/2 saves time for {' and '.join(helped)}" if helped else "HTTP/2 saves no time"
    said += f", and none, or less than {ms / 4:.0f} ms, for {', '.join(others)}" if others else ""
    one, many = (rows[row] for row in ("get", "at-once-64"))
    cost, at_once = (tables.ratio(r["reqwest-h2"], r["reqwest"], "cpu") for r in (one, many))
    cold = rows[f"64@{ms}"]
    opened = tables.median(cold["reqwest-h2"], "connections")
    return (
        f"{said}. On a kept connection a call takes {cost:.2f} of the processor time with it, with "
        f"64 at once {at_once:.2f}. For 64 cold calls at once reqwest opened {opened:.0f} "
        f"connections with HTTP/2 too: it learns only in the handshake that one would do."
    )


def about(results):
    """Machine, versions and days of the parts."""
    parts = {name: part for name, part in results.items() if "machine" in part}
    last = max(parts.values(), key=lambda part: part["taken"])
    days = sorted({part["taken"][:10] for part in parts.values()})
    day = [datetime.date.fromisoformat(day).strftime("%-d %B %Y") for day in days]
    return {
        "days": day[0] if len(day) == 1 else f"{day[0]} to {day[-1]}",
        "times": [part["rounds"] for part in parts.values()],
        "load": max(part["machine"]["load"] for part in parts.values()),
        **last,
    }


def render(results):
    """The document."""
    rows = {name: part["rows"] for name, part in results.items()}
    judged = [bar for bar in bars.judged(results) if bar.measured is not None]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(BENCH / "document"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["peers"] = peers
    environment.globals.update(tables=tables, languages=tables.LANGUAGES, distances=DISTANCES)
    text = environment.get_template("performance.md.j2").render(
        rows=rows,
        about=about(results),
        spread=spreads(results),
        bars=judged,
        missed=[bar for bar in judged if bar.missed],
        slower=tables.slower(results),
        http2=http2(rows["http2"]) if "http2" in rows else "",
    )
    # Where a part was not measured, its blank lines stay.
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def main():
    # Here, since the test of the document has no matplotlib.
    from document import plots

    results = json.loads(RESULTS.read_text())
    plots.calls(results, IMAGES / "performance-calls.svg")
    distance = results.get("distance", {}).get("rows", {})
    plots.waits(distance, 150, IMAGES / "performance-distance.svg")
    DOCUMENT.write_text(render(results))


if __name__ == "__main__":
    sys.exit(main())
