"""Every class, call, model, field and word of lomi 1.1.0 is there, for all its resources."""

import datetime
import importlib
import inspect
import json
import uuid

import pytest

import lomi
from documented_names import NAMES, UUID, arguments, calls, fields, row

TYPES = {
    "s": (str,),
    "n": (int, float),
    "i": (int,),
    "b": (bool,),
    "u": (uuid.UUID,),
    "d": (datetime.datetime,),
    "o": (dict,),
}
AFTER = ["_request_timeout", "_request_auth", "_content_type", "_headers", "_host_index"]


def found(facts, name):
    return getattr(importlib.import_module(facts["module"]), name)


@pytest.mark.parametrize("name", NAMES["exports"].split())
def test_an_export(name):
    space = {}
    exec(f"from lomi import {name}", space)
    assert name in lomi.__all__ and space[name] is getattr(lomi, name)


@pytest.mark.parametrize("name", NAMES["classes"])
def test_a_class_and_its_calls(name):
    facts = NAMES["classes"][name]
    ours = found(facts, name)
    assert hasattr(lomi, name) == facts["exported"]
    for call, rest in facts["calls"].items():
        _, _, _, result = rest
        for form in ("", "_with_http_info", "_without_preload_content"):
            signature = inspect.signature(getattr(ours, call + form))
            assert list(signature.parameters) == [
                "self",
                *[argument for argument, _ in arguments(rest)],
                *AFTER,
            ]
            for argument, kind in arguments(rest):
                hint = signature.parameters[argument].annotation
                wanted = {"u": "UUID | str", "i": "int | None", "s": "str | None"}
                assert hint == wanted.get(kind, f"{kind} | Mapping[str, Any]")
            if form != "_without_preload_content":
                hint = str(result) if form == "" else f"ApiResponse[{result}]"
                assert signature.return_annotation == hint


@pytest.mark.parametrize("name", NAMES["models"])
def test_a_model_and_its_fields(name):
    facts = NAMES["models"][name]
    ours = found(facts, name)
    assert ours is getattr(lomi, name) is getattr(lomi.models, name)
    theirs = [field for field, _, _ in fields(name)]
    assert [field for field in ours._fields if field in theirs] == sorted(theirs)
    assert set(theirs) <= set(ours.model_fields)
    read = ours.from_dict(row(name))
    made = ours(**row(name))
    for field, kind, _ in fields(name):
        assert getattr(ours(), field) is None
        if facts["kind"] in ("create", "update"):
            assert getattr(read, field) == getattr(made, field) == row(name)[field]
        elif kind in TYPES:
            assert isinstance(getattr(read, field), TYPES[kind]), field
            assert isinstance(getattr(made, field), TYPES[kind]), field
    left_out = {field for field, _, out in fields(name) if out}
    assert set(theirs) - set(read.to_dict()) == left_out
    assert set(theirs) - set(json.loads(read.to_json())) == left_out
    assert set(theirs) <= set(read.model_dump())
    assert UUID in read.to_str() or not any(kind == "u" for _, kind, _ in fields(name))


@pytest.mark.parametrize("name", NAMES["enums"])
def test_an_enum_and_its_words(name):
    facts = NAMES["enums"][name]
    ours = found(facts, name)
    assert ours is getattr(lomi, name) and issubclass(ours, str)
    for member, word in facts["words"].items():
        assert ours[member] == ours[member].value == word
        assert ours.from_json(json.dumps(word)) is ours[member]


def test_nothing_is_missing(capsys):
    every = [(name, call, facts["exported"]) for name, facts, call, _ in calls()]
    current = sum(exported for _, _, exported in every)
    counts = {
        "operations": current,
        "operations of earlier classes": len(every) - current,
        "classes": len(NAMES["classes"]),
        "models": len(NAMES["models"]),
        "fields": sum(len(list(fields(name))) for name in NAMES["models"]),
        "enums": len(NAMES["enums"]),
        "words": sum(len(facts["words"]) for facts in NAMES["enums"].values()),
        "exports": len(NAMES["exports"].split()),
    }
    missing = [name for name in NAMES["exports"].split() if not hasattr(lomi, name)]
    for section in ("classes", "models", "enums"):
        for name, facts in NAMES[section].items():
            if not hasattr(importlib.import_module(facts["module"]), name):
                missing.append(name)
    for name, facts, call, _ in calls():
        if not hasattr(found(facts, name), call):
            missing.append(f"{name}.{call}")
    for name, facts in NAMES["models"].items():
        ours = found(facts, name)._fields
        missing += [f"{name}.{field}" for field, _, _ in fields(name) if field not in ours]
    with capsys.disabled():
        said = ", ".join(f"{count} {what}" for what, count in counts.items())
        print(f"\n  lomi 1.1.0: {said}; {len(missing)} missing")
    assert missing == []
    assert (current, len(every) - current, len(NAMES["models"])) == (84, 43, 91)
