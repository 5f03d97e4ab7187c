"""A JSON schema of a model, made from its annotations."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The JSON schema of each type of an annotation.
_TYPES: dict[str, dict[str, Any]] = {
    "str": {"type": "string"},
    "UUID": {"type": "string", "format": "uuid"},
    "datetime": {"type": "string", "format": "date-time"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "Decimal": {"type": "number"},
    "bool": {"type": "boolean"},
    "None": {"type": "null"},
}


def describe(model: Any) -> dict[str, Any]:
    """Describe the fields of a model class. No field is required."""
    fields = {name: _of(str(hint)) for name, hint in model.model_fields.items()}
    described = {"title": model.__name__, "type": "object", "properties": fields}
    return {**described, "description": model.__doc__} if model.__doc__ else described


def _of(annotation: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    for word in annotation.split(" | "):
        if word in _TYPES:
            found.append(_TYPES[word])
        elif word.startswith(("list[", "Sequence[")):
            found.append({"type": "array", "items": _of(word[word.index("[") + 1 : -1])})
        elif word not in ("Any", "object"):
            found.append({"type": "object"})
    if len(found) == 1:
        return found[0]
    return {"anyOf": found} if found else {}
