"""The spec of every resource, read for the tests: its operations, its fields, values for them."""

import json
import pathlib
from collections import Counter

SPEC = pathlib.Path(__file__).resolve().parents[2] / "core" / "spec"
UUID = "3f0c8a4e-9d53-4c0f-8a3e-6f6f2b1c7a10"
#: A path that names no route style is the same in all.
STYLES = ("documented", "current")


def read():
    files = sorted((SPEC / "resources").glob("*.json"))
    whole = [json.loads((SPEC / "openapi.json").read_text())["components"]]
    whole += [json.loads(file.read_text()) for file in files]
    schemas = {name: schema for part in whole for name, schema in part["schemas"].items()}
    return [part for part in whole if "resource" in part], schemas


RESOURCES, SCHEMAS = read()


def schema_of(content):
    """The name of a schema; None for any JSON."""
    reference = content["application/json"]["schema"].get("$ref")
    return reference and reference.rpartition("/")[2]


def properties(name):
    schema = SCHEMAS[name]
    if "$ref" in schema:
        return properties(schema["$ref"].rpartition("/")[2])
    return schema["properties"]


class Operation:
    """One operation, with the paths of each route style."""

    def __init__(self, resource, method, item, entry):
        facts = entry["x-lomi"]
        self.resource, self.method = resource, method.upper()
        self.id, self.verb = facts["operation"], facts["verb"]
        self.replay_safe = facts.get("replaySafe", False)
        self.paths = {}
        shared = item.get("parameters", []) + entry.get("parameters", [])
        self.in_path = [p["name"] for p in shared if p["in"] == "path"]
        self.query = {p["name"]: p["schema"] for p in shared if p["in"] == "query"}
        self.body = None
        if "requestBody" in entry:
            self.body = schema_of(entry["requestBody"]["content"])
        status, answer = next(iter(entry["responses"].items()))
        self.status = int(status)
        self.returns = schema_of(answer["content"]) if "content" in answer else None
        self.returns_any = "content" in answer and self.returns is None
        self.natural_key = facts.get("naturalKey")
        self.generations = Counter()

    def add(self, path, facts):
        for style in [facts["routes"]] if "routes" in facts else STYLES:
            self.paths[style] = path
        self.generations.update(facts["generations"])

    @property
    def is_list(self):
        return self.returns is not None and "lists" in SCHEMAS[self.returns]["x-lomi"]

    @property
    def row(self):
        """The schema of what it returns, or of the items of that."""
        return SCHEMAS[self.returns]["x-lomi"].get("lists", self.returns)


def operations():
    found = {}
    for part in RESOURCES:
        for path, item in part["paths"].items():
            for method, entry in item.items():
                if method == "parameters":
                    continue
                facts = entry["x-lomi"]
                made = Operation(part["resource"], method, item, entry)
                found.setdefault(facts["operation"], made).add(path, facts)
    for operation in found.values():
        # The newest API has the path of the current server where it has not renamed it.
        if "current" in operation.paths:
            operation.paths.setdefault("newest", operation.paths["current"])
    return found


def value(name, schema):
    """A value of a property as it is on the wire."""
    if "$ref" in schema:
        of = schema["$ref"].rpartition("/")[2]
        return SCHEMAS[of]["enum"][0] if "enum" in SCHEMAS[of] else row(of)
    if "oneOf" in schema:
        return ["A", name]
    kinds = {
        "boolean": True,
        "integer": 5,
        "number": 5,
        "object": {"of": name, "list": [1, {"deep": None}]},
    }
    if schema["type"] == "array":
        return [value(name, schema["items"])]
    if schema["type"] in kinds:
        return kinds[schema["type"]]
    formats = {"date-time": "2026-03-01T10:00:00Z", "uuid": UUID, "uri": "https://example.com/a"}
    formats["email"] = "a@example.com"
    return formats.get(schema.get("format"), f"the {name}"[: schema.get("maxLength", 99)])


def row(name):
    """An object as the server sends it. What is twice in it under two names is left out."""
    return {
        field: value(field, schema)
        for field, schema in properties(name).items()
        if not schema.get("writeOnly") and "mirrors" not in schema["x-lomi"]
    }


def sent(name):
    """A body with every field that can be sent."""
    return {
        field: value(field, schema)
        for field, schema in properties(name).items()
        if not schema.get("readOnly") and "mirrors" not in schema["x-lomi"]
    }
