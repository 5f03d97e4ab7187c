"""How `docs/performance.md` and its plots are made of what was measured."""
