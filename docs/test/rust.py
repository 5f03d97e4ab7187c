"""Compiles the Rust blocks, all in one crate, against the crate `lomi` that the build has made.

Nothing is linked or run: that takes seconds for each block, and core/README.md has tests that run.
"""

import re
import subprocess

from blocks import ROOT, Block
from programs import WORK

BUILT = ROOT / "target/debug"
MAIN = re.compile(r"\bfn main\(")
ALLOW = "#![allow(unused, unreachable_code, clippy::all)]\n"


def check(found: list[Block], known: dict[tuple[str, str], str]) -> dict[str, str]:
    """What does not compile, by the place of its block."""
    found = [block for block in found if not block.not_run and not block.run_by]
    if not found:
        return {}
    source, starts = ALLOW, []
    for number, block in enumerate(found):
        missing = [name for name in block.setups if (name, "rust") not in known]
        if missing:
            return {block.place: f"there is no setup {missing[0]} for rust"}
        setups = "".join(known[name, "rust"] for name in block.setups)
        starts.append(source.count("\n") + 1)
        source += f"mod block_{number} {{\n{body(setups, block.code)}}}\n"
    file = WORK / "blocks.rs"
    file.write_text(source)
    done = subprocess.run(command(file), check=False, capture_output=True, text=True, cwd=WORK)
    if done.returncode == 0:
        return {}
    lines = [int(line) for line in re.findall(r"--> blocks\.rs:(\d+)", done.stderr)]
    first = max((at for at, start in enumerate(starts) if lines and start <= lines[0]), default=0)
    return {found[first].place: done.stderr}


def body(setups: str, code: str) -> str:
    """A program with a `main` as it is; anything else within an async function."""
    if MAIN.search(code):
        return code
    head = "async fn run() -> Result<(), Box<dyn std::error::Error>> {\n"
    return head + setups + code + "\nOk(())\n}\n"


def command(file) -> list[str]:
    tokio = max((BUILT / "deps").glob("libtokio-*.rlib"), key=lambda path: path.stat().st_size)
    options = ["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--cap-lints", "allow"]
    options += ["--extern", f"lomi={BUILT}/liblomi.rlib", "--extern", f"tokio={tokio}"]
    options += ["-L", f"dependency={BUILT}/deps", "--out-dir", str(WORK)]
    return ["rustc", *options, file.name]
