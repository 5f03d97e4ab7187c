"""``python -m lomi``: the same as the command ``lomi``."""

from __future__ import annotations

from ._cli import main

raise SystemExit(main())
