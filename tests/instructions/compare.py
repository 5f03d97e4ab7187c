"""Compares the counts of a run with those of `counts.json`. Has no measurement in it."""

MOST = 0.03
# Where the compiler, the language or the processor is another one than at the recording.
MOST_ELSEWHERE = 0.20
BLESS = "make gate BLESS=1"


def compare(recorded, measured):
    """What is wrong, and what there is to warn of: two lists of sentences.

    Both arguments have by language `versions` and `instructions`.
    """
    errors, warnings = [], []
    for language in sorted({*recorded, *measured}):
        before = recorded.get(language, {"versions": {}, "instructions": {}})
        now = measured.get(language, {"versions": {}, "instructions": {}})
        others = differences(before["versions"], now["versions"])
        if others and before["instructions"] and now["instructions"]:
            warnings.append(
                f"{language}: recorded with other versions ({'; '.join(others)}), so a call may "
                f"take {MOST_ELSEWHERE:.0%} more or fewer instructions, not {MOST:.0%}"
            )
        most = MOST_ELSEWHERE if others else MOST
        for task in {**before["instructions"], **now["instructions"]}:
            counts = before["instructions"].get(task), now["instructions"].get(task)
            if error := wrong(counts, most):
                errors.append(f"{language}, {task}: {error}")
    return errors, warnings


def differences(before, now):
    """The versions that differ, as text."""
    return [
        f"{name} {before.get(name)}, here {now.get(name)}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]


def wrong(counts, most):
    """What is wrong with a row's count, recorded and measured; None when nothing is."""
    before, now = counts
    if before is None:
        return f"is not recorded: add it by `{BLESS}`"
    if now is None:
        return "is recorded and was not measured"
    change = now / before - 1
    if change > most:
        return f"{now:,} instructions, {change:.1%} more than the recorded {before:,}"
    if change < -most:
        return (
            f"{now:,} instructions, {-change:.1%} fewer than the recorded {before:,}: "
            f"record the gain by `{BLESS}`, so that it is kept"
        )
    return None
