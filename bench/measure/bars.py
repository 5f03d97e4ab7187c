"""The bars of `bars.toml`, held against what was measured.

A miss is `known` where the file explains it and it has not become worse than the file says.
"""

import statistics
import tomllib
from dataclasses import dataclass

from .places import BARS

#: A known miss varies from run to run; beyond this part of it, it is a new one.
TOLERANCE = 1.1


@dataclass
class Bar:
    """One bar: a figure, or its ratio to a peer's, and the most it may be."""

    part: str
    row: str
    client: str
    figure: str
    at_most: float
    peer: str | None = None
    unit: str = ""
    note: str = ""
    known: dict | None = None
    measured: float | None = None

    @property
    def name(self):
        against = f" of {self.peer}" if self.peer else ""
        return f"{self.part}, {self.row}, {self.client}: {self.figure}{against}"

    @property
    def missed(self):
        return self.measured is not None and self.measured > self.at_most

    @property
    def failed(self):
        """Whether it is missed and nothing explains that, or nothing was measured for it."""
        if self.measured is None:
            return True
        most = self.known["measured"] * TOLERANCE if self.known else self.at_most
        return self.missed and self.measured > most


def ratios(ours, theirs, figure):
    """One for each round, in which both ran one after the other."""
    return [a[figure] / b[figure] for a, b in zip(ours, theirs, strict=False) if b[figure]]


def value(rows, bar):
    """What was measured, or None where nothing was."""
    found = rows.get(bar.row, {})
    ours, theirs = found.get(bar.client), found.get(bar.peer)
    if not ours or (bar.peer and not theirs):
        return None
    values = ratios(ours, theirs, bar.figure) if bar.peer else [one[bar.figure] for one in ours]
    return statistics.median(values) if values else None


def read():
    entries = tomllib.loads(BARS.read_text())["bar"]
    return [Bar(**entry) for entry in entries]


def judged(results):
    """All bars, with what was measured."""
    bars = read()
    for bar in bars:
        bar.measured = value(results.get(bar.part, {}).get("rows", {}), bar)
    return bars
