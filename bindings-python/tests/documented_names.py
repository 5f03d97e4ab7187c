"""The names of lomi 1.1.0 as data, and values for its fields."""

import json
import pathlib

NAMES = json.loads((pathlib.Path(__file__).parent / "resources_1_1_0.json").read_text())
UUID = "3f0c8a4e-9d53-4c0f-8a3e-6f6f2b1c7a10"


def fields(model):
    """Name, kind, and whether `to_dict` leaves it out."""
    for word in NAMES["models"][model]["fields"].split():
        name, _, kind = word.partition(":")
        yield name, kind.rstrip("!"), kind.endswith("!")


def arguments(call):
    return [word.partition(":")[::2] for word in call[2].split()]


def value(name, kind):
    """A value as it is on the wire."""
    simple = {
        "s": f"the {name}",
        "n": 10000 + len(name),
        "i": len(name),
        "b": True,
        "u": UUID,
        "d": "2026-03-01T10:00:00Z",
        "o": {"of": name, "list": [1, {"deep": None}]},
    }
    if kind in simple:
        return simple[kind]
    of = kind.removeprefix("array<").rstrip(">")
    one = {name: value(name, kind) for name, kind, _ in fields(of)}
    return [one] if kind.startswith("array<") else one


def row(model):
    return {name: value(name, kind) for name, kind, _ in fields(model)}


def calls():
    """Class, its module, the name and the facts of every documented call."""
    for name, facts in NAMES["classes"].items():
        for call, rest in facts["calls"].items():
            yield name, facts, call, rest
