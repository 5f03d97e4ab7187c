"""Names of type hints, which a module gets only when a program reads its hints.

``import lomi`` stays fast because nothing is imported for annotations alone. A program that
reads them (``typing.get_type_hints``) has imported ``typing``; the names are set from then on.
The same names include those that lomi 1.1.0 had in the module of the same name.
"""

from __future__ import annotations

from sys import modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

#: The modules of the standard library's names.
_STANDARD = {
    **dict.fromkeys(
        ("AsyncIterator", "Callable", "Iterable", "Iterator", "Mapping", "Sequence"),
        "collections.abc",
    ),
    **dict.fromkeys(("Any", "ClassVar", "NoReturn"), "typing"),
    **dict.fromkeys(("datetime", "timedelta"), "datetime"),
    "PathLike": "os",
    "UUID": "uuid",
    "Decimal": "decimal",
}

#: Those that older versions of ``typing`` lack.
_NEWER = ("Self", "Unpack")

#: Names that each module does not have yet: ``Name``, ``Name@module`` of ours, or
#: ``name@`` for a whole module of Python's.
_missing: dict[str, tuple[str, ...]] = {}


def later(module: str, names: str = "") -> Callable[[str], Any]:
    """Register names for a module; gives its ``__getattr__``."""
    ours = tuple(names.split())
    _missing[module] = ours
    where = {name.partition("@")[0]: name for name in ours}

    def __getattr__(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        found = modules[module].__dict__[name] = _find(where[name])
        return found

    complete()
    return __getattr__


def complete() -> None:
    """Set the names of every loaded module, once ``typing`` is imported."""
    if "typing" not in modules:
        return
    for module in tuple(_missing):
        if module not in modules:
            continue
        names = _missing.pop(module, None)  # an import below may call complete() itself
        if names is not None and not _fill(modules[module].__dict__, names):
            _missing[module] = names


def _fill(space: dict[str, Any], ours: tuple[str, ...]) -> bool:
    from importlib import import_module

    for name, module in _STANDARD.items():
        if name not in space:
            space[name] = getattr(import_module(module), name)
    for name in _NEWER:
        if name not in space:
            space[name] = _newer(name)
    try:
        for name in ours:
            short = name.partition("@")[0]
            if short not in space:
                space[short] = _find(name)
    except (AttributeError, ImportError):  # a module that is still being imported
        return False
    return True


def _newer(name: str) -> Any:
    from importlib import import_module

    for module in ("typing", "typing_extensions"):
        try:
            return getattr(import_module(module), name)
        except (AttributeError, ImportError):
            continue
    return getattr(import_module("typing"), "Any")  # noqa: B009


def _find(name: str) -> Any:
    from importlib import import_module

    short, mark, module = name.partition("@")
    if mark and not module:
        return import_module(short)
    return getattr(import_module(f"lomi.{module}" if module else "lomi"), short)


if not TYPE_CHECKING:
    __getattr__ = later(__name__)
