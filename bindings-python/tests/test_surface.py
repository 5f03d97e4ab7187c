"""Every public name of lomi 1.1.0 for checkout sessions is there, and is used alike.

`surface_1_1_0.json` was read off the published package: modules, classes and their bases,
parameters in their order, fields of models, words of enums, attributes of instances.
"""

import importlib
import inspect
import json
import pathlib
import shutil
import subprocess
import sys

import pytest

import lomi
from conftest import ROOT

SURFACE = json.loads((pathlib.Path(__file__).parent / "surface_1_1_0.json").read_text())
NAMES = [name for name in SURFACE if ":" in name]


def parameters(function):
    found = inspect.signature(function).parameters.values()
    assert function is not None
    return [parameter.name for parameter in found]


def starts_with(ours, theirs):
    """Ours takes what theirs took, in the same order; it may take more after it."""
    ours = [name for name in ours if name not in ("self", "cls")]
    theirs = [name for name in theirs if name not in ("self", "cls")]
    assert ours[: len(theirs)] == theirs


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there(name):
    module, _, attribute = name.partition(":")
    ours, theirs = getattr(importlib.import_module(module), attribute), SURFACE[name]
    if "bases" in theirs:
        bases = {base.__name__ for base in ours.__mro__}
        assert set(theirs["bases"]) <= bases
    for field in theirs.get("fields", ()):
        assert field in ours.model_fields if issubclass(ours, lomi.Model) else ours.__slots__
    for word, value in theirs.get("words", {}).items():
        assert ours[word].value == value and ours.from_json(json.dumps(value)) is ours[word]
    for member, taken in theirs.get("members", {}).items():
        assert hasattr(ours, member), member
        if taken is not None and callable(getattr(ours, member)):
            starts_with(parameters(getattr(ours, member)), taken)
    if theirs.get("init"):
        starts_with(parameters(ours.__init__), theirs["init"])
    if theirs.get("params"):
        starts_with(parameters(ours), theirs["params"])


@pytest.mark.parametrize("made", ["Configuration()", "ApiClient()"])
def test_every_attribute_of_an_instance_is_there(made):
    instance = lomi.Configuration() if made.startswith("Conf") else lomi.ApiClient()
    assert [name for name in SURFACE[made]["attributes"] if not hasattr(instance, name)] == []


def test_models_say_what_they_take():
    for model in (lomi.CheckoutSessionsCreate, lomi.CheckoutSessions):
        assert list(inspect.signature(model).parameters)[: len(model._fields)] == [*model._fields]


def test_modules_are_there_after_a_plain_import():
    script = (
        "import lomi\n"
        "lomi.rest.ApiException, lomi.exceptions.NotFoundException, lomi.models.CheckoutSessions\n"
        "lomi.api.CheckoutSessionsApi, lomi.configuration.Configuration, lomi.webhooks.sign\n"
        "lomi.models.checkout_sessions_create.CheckoutSessionsCreate\n"
        "from lomi import *\n"
        "CheckoutSessionsApi, LomiClient\n"
        "assert set(lomi.__all__) <= set(dir(lomi))\n"
    )
    path = str(ROOT / "bindings-python" / "python")
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": path})


def test_an_import_is_light():
    script = (
        "import sys\nbefore = set(sys.modules)\nimport lomi\nlomi.LomiClient('lomi_sk_test_1')"
        ".checkout_sessions\nprint(*(set(sys.modules) - before))"
    )
    path = str(ROOT / "bindings-python" / "python")
    command = [sys.executable, "-I", "-S", "-c", f"import sys\nsys.path.append({path!r})\n{script}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    heavy = {"typing", "enum", "datetime", "uuid", "json", "asyncio", "re", "decimal", "logging"}
    assert heavy & set(said) == set()


def test_the_first_error_imports_little(serve):
    """Python 3.11 may crash when a daemon thread imports while the interpreter ends."""
    server = serve(lambda request: (404, {}, {"error": {"code": "not_found"}}))
    script = (
        "import sys, lomi\nclient = lomi.LomiClient('lomi_sk_test_1', base_url=sys.argv[1])\n"
        "client.checkout_sessions\nbefore = set(sys.modules)\n"
        "try: client.checkout_sessions.get('no')\n"
        "except lomi.NotFoundError as error: assert error.reason == 'Not Found', error.reason\n"
        "print(*(name for name in set(sys.modules) - before if not name.startswith('lomi.')))"
    )
    path = str(ROOT / "bindings-python" / "python")
    command = [sys.executable, "-S", "-c", script, server.url]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    of_collections = {"_collections", "_operator", "operator", "itertools", "keyword", "reprlib"}
    assert set(done.stdout.split()) <= {"collections", "collections.abc"} | of_collections


@pytest.mark.parametrize("content", [None, b"not a library"])
def test_a_native_library_that_is_missing_or_foreign_is_named(tmp_path, content):
    shutil.copytree(
        ROOT / "bindings-python" / "python" / "lomi",
        tmp_path / "lomi",
        ignore=shutil.ignore_patterns("*.so", "__pycache__"),
    )
    if content:
        (tmp_path / "lomi" / "_lomi.abi3.so").write_bytes(content)
    command = [sys.executable, "-c", "import lomi\nlomi.LomiClient"]
    done = subprocess.run(command, env={"PYTHONPATH": str(tmp_path)}, capture_output=True)
    assert b"native library is missing or made for another platform" in done.stderr
