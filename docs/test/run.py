#!/usr/bin/env python3
"""Runs the code blocks of the documentation, and checks its links, its translations and its reference.
`make docs-test` calls it.

    docs/test/run.py [PATH-PART]     only the pages whose path contains PATH-PART
    docs/test/run.py --keep          leave the programs in target/docs-test

`README.md` beside this file says how a block is marked. The exit status is 1 where a block fails,
where one is neither run nor marked, where more than 5 % are marked, where a link is dead, where a French page
differs from its English original, or where docs/reference differs from the packages.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import buyer
import links
import programs
import reference
import rust
import translations
from blocks import ROOT, Block, blocks, documents, setups

MOST_MARKED = 0.05
SECONDS = 40
SANDBOX = ROOT / "target/debug/lomi-sandbox"


def chains(found: list[Block]) -> list[list[Block]]:
    """The blocks that are one program: a block and those that continue it."""
    result: list[list[Block]] = []
    for block in found:
        if block.not_run or block.run_by or block.language == "rust":
            continue
        earlier = [
            chain for chain in result if chain[0].path == block.path and chain[0].language == block.language
        ]
        if block.continues and earlier:
            earlier[-1].append(block)
        else:
            result.append([block])
    return result


def run(number: int, chain: list[Block], known: dict[tuple[str, str], str]) -> str:
    """Runs one program against a sandbox of its own. Returns what went wrong, or nothing."""
    first, language = chain[0], chain[0].language
    code = "\n".join(block.code for block in chain)
    preambles = []
    for name in [name for block in chain for name in block.setups]:
        key = (name, "js" if language == "ts" else language)
        if key not in known:
            return f"there is no setup {name} for {language}"
        preambles.append(known[key])
    port = buyer.free_port() if first.server else 0
    if port:
        code = code.replace(str(first.server), str(port))
    folder = programs.WORK / str(number)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        file = programs.write(folder, language, programs.assemble(language, preambles, code))
    except subprocess.CalledProcessError as error:
        return error.stderr
    sandbox, hello = start_sandbox(first, port)
    try:
        return execute(programs.command(language, file, port), folder, hello, port)
    finally:
        sandbox.kill()
        sandbox.wait()
        sandbox.stdin.close()
        sandbox.stdout.close()


def start_sandbox(block: Block, port: int):
    arguments = ["--port", "0", "--quiet", "--until-stdin-closes"]
    if block.sandbox:
        arguments += ["--generation", block.sandbox]
    if port:
        arguments += ["--webhook-url", f"http://127.0.0.1:{port}/webhooks/lomi"]
    pipe = subprocess.PIPE
    process = subprocess.Popen([str(SANDBOX), *arguments], stdin=pipe, stdout=pipe, text=True)
    return process, json.loads(process.stdout.readline())


def execute(command: list[str], folder, hello: dict[str, str], port: int) -> str:
    """Runs a command in a session of its own, and ends whatever it has left."""
    output = folder / "output.txt"
    with output.open("w") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=programs.environment(hello),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        wrong = ""
        try:
            if port:
                buyer.wait_for(port, process)
                buyer.buy(f"http://127.0.0.1:{port}", hello["url"])
            elif process.wait(timeout=SECONDS):
                wrong = f"exit status {process.returncode}"
        except (AssertionError, OSError) as error:
            wrong = str(error)
        except subprocess.TimeoutExpired:
            wrong = f"still running after {SECONDS} s"
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
    return f"{wrong}\n{output.read_text()[-2500:]}" if wrong else ""


def report(found: list[Block], failed: dict[str, str], seconds: float) -> bool:
    """Prints the counts. Returns whether too many blocks are marked."""
    marked = [block for block in found if block.not_run]
    elsewhere = [block for block in found if block.run_by]
    languages = Counter(block.language for block in found if not block.not_run)
    for place, wrong in failed.items():
        print(f"\nFAILED {place}\n{wrong.strip()}")
    for block in marked:
        print(f"not run: {block.place}: {block.not_run}")
    counted = ", ".join(f"{count} {language}" for language, count in languages.most_common())
    share = len(marked) / len(found) if found else 0
    print(
        f"docs: {len(found)} blocks: {len(found) - len(marked) - len(elsewhere)} run here, "
        f"{len(elsewhere)} by other tests, {len(marked)} not run ({share:.1%}); "
        f"{len(failed)} failed; {seconds:.0f} s"
    )
    print(f"docs: run: {counted}")
    return share > MOST_MARKED


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--keep"]
    started = time.monotonic()
    found = [block for page in documents() for block in blocks(page)]
    if arguments:
        found = [block for block in found if any(part in block.place for part in arguments)]
    known = setups()
    programs.prepare()
    todo = chains(found)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda at: run(at, todo[at], known), range(len(todo))))
    failed = {chain[0].place: wrong for chain, wrong in zip(todo, results) if wrong}
    failed |= rust.check([block for block in found if block.language == "rust"], known)
    for block in found:
        if block.run_by and not named(block):
            failed[block.place] = f"there is no {block.run_by}"
    if "--keep" not in sys.argv:
        for number in range(len(todo)):
            shutil.rmtree(programs.WORK / str(number), ignore_errors=True)
    too_many = report(found, failed, time.monotonic() - started)
    if too_many and not arguments:
        print(f"docs: more than {MOST_MARKED:.0%} of the blocks are not run")
    wrong = []
    if not arguments or any(part in "docs/reference" for part in arguments):
        wrong += reference.check()
    wrong += translations.check()
    count, dead = links.check()
    print("\n".join([*wrong, *dead, f"docs: {count} pages, {len(dead)} dead links"]))
    return 1 if failed or wrong or dead or (too_many and not arguments) else 0


def named(block: Block) -> bool:
    """Whether the test that is said to run a block exists."""
    name = block.run_by.strip("`")
    return (block.path.parent / name).exists() or (ROOT / name).exists()


if __name__ == "__main__":
    sys.exit(main())
