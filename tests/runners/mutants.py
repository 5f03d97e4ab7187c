"""Removes one rule at a time from the core and shows which scenarios fail.

    python3 tests/runners/mutants.py [NAME...]
    python3 tests/runners/mutants.py --check    only checks that every rule matches the source

Works on a copy in target/mutants. Fails when a rule can be removed and no scenario fails.
"""

import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
COPY = ROOT / "target/mutants"

# Name of the rule: file, and pairs of its source and the source without the rule.
MUTANTS = {
    "redirects are refused": (
        "core/src/call/reading.rs",
        [("if (300..400).contains(&raw.status)", "if false")],
    ),
    "the deadline covers the body": (
        "core/src/transport/send.rs",
        [
            (
                "match timer.wait_for(connection.next_chunk(&mut rest)).await? {",
                "match connection.next_chunk(&mut rest).await {",
            ),
        ],
    ),
    "the idempotency key is the same in every attempt": (
        "core/src/call/state.rs",
        [
            (
                "        self.url =\n            request::address",
                'if !self.history.is_empty() { self.idempotency_key = Some("another".into()); }\n'
                "        self.url =\n            request::address",
            )
        ],
    ),
    "only a missing route leads to the next route": (
        "core/src/call/routes.rs",
        [("Some(named) => named == path || named == path_and_query", "Some(_) => true")],
    ),
    "envelopes are unwrapped": (
        "core/src/response/envelope.rs",
        [('} else if name == b"data" {', '} else if name == b"no such" {')],
    ),
    "keys are masked in messages": (
        "core/src/secret.rs",
        [("    let mut rest = text;\n", "    if true { return text.to_owned(); }\n    let mut rest = text;\n")],
    ),
    "a POST without a known key is not repeated": (
        "core/src/call/outcome.rs",
        [("method.is_safe()", "method.is_safe() || true")],
    ),
    "a long Retry-After is not waited for": (
        "core/src/call/retry.rs",
        [("Duration = Duration::from_secs(60);", "Duration = Duration::from_secs(9000);")],
    ),
    "an idempotency key in a header is the option": (
        "core/src/call/state.rs",
        [("options.take_option_headers()?;", "let _ = &mut options;")],
    ),
    "a later response does not hide an unknown outcome": (
        "core/src/call/outcome.rs",
        [("(self.earlier_unknown || (work_unknown", "((work_unknown")],
    ),
    "a call whose key is in progress is retried": (
        "core/src/call/reading.rs",
        [('Some("idempotency_in_progress")', 'Some("no such code")')],
    ),
    "a delete whose response was lost succeeds": (
        "core/src/call/reading.rs",
        [("matches!(raw.status, 404 | 410)", "false")],
    ),
    "the idle timeout starts after the head": (
        "core/src/transport/timer.rs",
        [("idle_timeout, last_chunk_at: None, alarm", "idle_timeout, last_chunk_at: Some(Instant::now()), alarm")],
    ),
    "a write is not repeated after a timeout": (
        "core/src/call/steps.rs",
        [("(!timed_out || self.repeats_after_timeout())", "true")],
    ),
    "an unreadable response leaves the outcome of a write unknown": (
        "core/src/call/outcome.rs",
        [("(work_unknown && error.inner.outcome", "(false && work_unknown && error.inner.outcome")],
    ),
    "503 leaves the outcome unknown": (
        "core/src/call/retry.rs",
        [("        429 => Outcome::Rejected,", "        429 | 503 => Outcome::Rejected,")],
    ),
}


def removed(rule, whole):
    """The source of a file without the rule."""
    name, changes = MUTANTS[rule]
    for old, new in changes:
        if old not in whole:
            sys.exit(f"{rule}: {name} does not contain {old!r}")
        whole = whole.replace(old, new, 1)
    return whole


def run_scenarios():
    command = ["cargo", "run", "--quiet", "--package", "lomi-conformance", "--", "run", "--runner", "rust"]
    done = subprocess.run(command, cwd=COPY, capture_output=True, text=True)
    if " passed, " not in done.stdout:
        sys.exit(done.stderr[-3000:])
    failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAIL ")]
    return list(dict.fromkeys(failed))


def main():
    if sys.argv[1:] == ["--check"]:
        for rule, (name, _) in MUTANTS.items():
            removed(rule, (ROOT / name).read_text())
        return
    COPY.mkdir(parents=True, exist_ok=True)
    files = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
    for name in files:
        source, target = ROOT / name, COPY / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_bytes() != source.read_bytes():
                shutil.copy2(source, target)
    untested = []
    for rule, (name, _) in MUTANTS.items():
        if sys.argv[1:] and not any(word in rule for word in sys.argv[1:]):
            continue
        file = COPY / name
        whole = file.read_text()
        file.write_text(removed(rule, whole))
        try:
            failed = run_scenarios()
        finally:
            file.write_text(whole)
        shown = ", ".join(failed[:6]) + (", ..." if len(failed) > 6 else "")
        print(f"without \"{rule}\": {len(failed)} scenarios fail: {shown}", flush=True)
        if not failed:
            untested.append(rule)
    print(f"{len(untested)} rules have no test")
    sys.exit(bool(untested))


main()
