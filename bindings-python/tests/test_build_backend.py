"""Building from the sdist: a missing Rust is said, and nothing downloads one."""

import os
import pathlib
import subprocess
import sys

import pytest

FOLDER = pathlib.Path(__file__).resolve().parents[1]
ASK = "import build_backend; print(build_backend.get_requires_for_build_wheel({}))"

pytest.importorskip("maturin")


def ask(path):
    return subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=FOLDER,
        env={**os.environ, "PATH": str(path)},
        capture_output=True,
        text=True,
    )


def test_a_missing_rust_is_said(tmp_path):
    said = ask(tmp_path)
    assert said.returncode == 1
    assert "needs Rust" in said.stderr and "`cargo` was not found" in said.stderr


def test_a_rust_that_is_there_is_used(tmp_path):
    cargo = tmp_path / "cargo"
    cargo.write_text("#!/bin/sh\nexit 0\n")
    cargo.chmod(0o755)
    said = ask(tmp_path)
    assert (said.returncode, said.stdout.strip()) == (0, "[]"), said.stderr
