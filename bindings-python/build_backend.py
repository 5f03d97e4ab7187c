"""How pip builds this package where no wheel fits: maturin's backend, which would download Rust.

A missing Rust is said here instead, before anything is built.
"""

import shutil

import maturin
from maturin import *  # noqa: F403 - the hooks that need no Rust

MISSING = """
lomi: there is no wheel of lomi for this Python on this system, and building it needs Rust, whose
program `cargo` was not found. Install Rust 1.88 or newer (https://rustup.rs) and try again, or use
CPython 3.10 or newer on a system that the wheels are for: https://pypi.org/project/lomi/#files
"""


def _want_cargo():
    if shutil.which("cargo") is None:
        raise SystemExit(MISSING)


def get_requires_for_build_wheel(config_settings=None):
    """What a wheel is built with."""
    _want_cargo()
    return maturin.get_requires_for_build_wheel(config_settings)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build a wheel."""
    _want_cargo()
    return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)
