"""Types: for the package, for its users, and for the native module."""

import os
import subprocess
import sys

import pytest

from conftest import ROOT

HERE = ROOT / "bindings-python"
PACKAGE = HERE / "python"
#: What users may write.
TYPED = [HERE / "tests" / f"typed_{name}.py" for name in ("user_code", "operations")]


def pyright(*files):
    return run("pyright", "--pythonpath", sys.executable, *files)


def run(*command):
    env = {**os.environ, "MYPYPATH": str(PACKAGE), "PYTHONPATH": str(PACKAGE)}
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        capture_output=True,
        text=True,
        env=env,
        cwd=HERE,
    )
    return done.returncode, done.stdout + done.stderr


def mypy(*files):
    return run("mypy", "--config-file", HERE / "pyproject.toml", *files)


def test_mypy_strict():
    code, said = mypy(PACKAGE / "lomi", *TYPED)
    assert code == 0, said


def test_pyright():
    code, said = pyright(PACKAGE / "lomi", *TYPED)
    assert code == 0, said


@pytest.mark.parametrize("name", ["wrong_user_code.py", "wrong_operations.py"])
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_what_is_wrong_is_told(checker, name):
    file = HERE / "tests" / name
    _, said = mypy(file) if checker == "mypy" else pyright(file)
    lines = [n for n, line in enumerate(file.read_text().splitlines(), 1) if "# wrong" in line]
    missed = [n for n in lines if f"{name}:{n}:" not in said]
    assert missed == [], said


def test_the_stub_of_the_native_module():
    code, said = run("mypy.stubtest", "lomi._lomi", "--mypy-config-file", HERE / "pyproject.toml")
    assert code == 0, said


def test_ruff():
    examples = [ROOT / "examples" / name for name in ("python", "shop-python")]
    for command in (("check",), ("format", "--check")):
        code, said = run("ruff", *command, PACKAGE, HERE / "tests", *examples)
        assert code == 0, said
