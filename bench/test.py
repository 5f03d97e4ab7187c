"""That a missed bar is noticed, and that ratios are those of rounds. Part of bench-smoke."""

import types
import unittest

import profiles
import run
import write
from document import tables
from measure import bars, setup
from measure.jobs import Job, rounds


def bar(**changed):
    given = {"part": "a", "row": "get", "client": "lomi", "figure": "cpu", "at_most": 0.5}
    return bars.Bar(**{**given, **changed})


def rows(ours, theirs):
    """Rounds with these figures."""
    return {"get": {n: [{"cpu": v} for v in of] for n, of in (("lomi", ours), ("peer", theirs))}}


class Bars(unittest.TestCase):
    def test_a_ratio_is_that_of_a_round(self):
        # A slow moment of the machine doubles both: the medians alone would give 20 / 40.
        slow = rows([10, 20, 30], [40, 80, 40])
        self.assertEqual(bars.value(slow, bar(peer="peer")), 0.25)

    def test_missed(self):
        self.assertTrue(bar(measured=0.51).failed)
        self.assertFalse(bar(measured=0.50).missed)

    def test_a_known_miss_fails_when_it_becomes_worse(self):
        known = {"measured": 0.6, "why": "a reason"}
        self.assertFalse(bar(measured=0.65, known=known).failed)
        self.assertTrue(bar(measured=0.65, known=known).missed)
        self.assertTrue(bar(measured=0.67, known=known).failed)

    def test_what_was_not_measured_fails(self):
        self.assertTrue(bar(measured=bars.value({}, bar())).failed)
        self.assertTrue(bar(measured=bars.value(rows([1], []), bar(peer="peer"))).failed)

    def test_the_committed_bars_can_be_read(self):
        for one in bars.read():
            self.assertIn("why" if one.known else "", [*(one.known or {}), ""])
            self.assertTrue(one.peer or one.note, one.name)


class Tables(unittest.TestCase):
    def test_where_a_peer_takes_less(self):
        results = {"php": {"rows": {"get": {"lomi": [{"cpu": 12}], "guzzle": [{"cpu": 10}]}}}}
        self.assertEqual(tables.slower(results), ["PHP, get: 1.20 of Guzzle"])
        results["php"]["rows"]["get"]["lomi"] = [{"cpu": 9}]
        self.assertEqual(tables.slower(results), [])

    def test_what_has_nothing_is_left_out(self):
        self.assertEqual(
            tables.table(["", "a", "b"], [["x", "1", ""], ["y", "", ""]]),
            "|  | a |\n| --- | --- |\n| x | 1 |",
        )


#: Every figure that a measurement gives.
FIGURES = (
    "cpu p50 p99 cold warm ms resumed connections most beyond grown used seconds memory wall"
).split()
FIGURES += [f"{figure} {calls}" for figure in ("memory", "open") for calls in (0, 1, 1000, 10000)]


def measured(parts):
    """What a run of these parts gives, with the same number for every figure."""
    server = types.SimpleNamespace(
        urls={"plain": ""}, setup=types.SimpleNamespace(extension="lomi.so")
    )
    found = {}
    for part in parts:
        rows = {}
        for job in run.jobs(part, server, setup.LANGUAGES):
            rows.setdefault(job.row, {})[job.client] = [dict.fromkeys(FIGURES, 7.0)] * 3
        about = {"taken": "2026-11-27T14:00+00:00", "rounds": 3, "machine": run.machine()}
        programs = ("Python", "Node", "PHP", "rustc", "Ruby", "Java")
        versions = dict.fromkeys(programs, "1.0")
        found[part] = {**about, "versions": versions, "rows": rows}
    return found


class Document(unittest.TestCase):
    def test_it_has_every_part(self):
        text = write.render(measured(run.PARTS))
        headings = ("What a buyer waits for", "TLS", "Memory and descriptors", "Start", "HTTP/2")
        for heading in headings:
            self.assertIn(f"\n## {heading}\n", text)
        for name in tables.LANGUAGES.values():
            self.assertIn(f"\n### {name}\n", text)
        self.assertIn("| Python, get: lomi of pycurl + msgspec | 0.75 | 1.00 |", text)

    def test_what_was_not_measured_is_not_in_it(self):
        text = write.render(measured(["python"]))
        self.assertIn("\n### Python\n", text)
        for heading in ("### PHP", "## TLS", "## What a buyer waits for"):
            self.assertNotIn(f"\n{heading}\n", text)

    def test_every_bar_is_about_something_that_is_measured(self):
        results = measured(run.PARTS)
        for bar in bars.judged(results):
            if bar.part != "sizes":
                self.assertIsNotNone(bar.measured, bar.name)


class Profiles(unittest.TestCase):
    def test_what_callgrind_counted(self):
        profile = "version: 1\nevents: Ir Dr I1mr\nfn=(1) main\n16 400\ntotals: 1000 20 3\n"
        self.assertEqual(profiles.counted(profile), {"Ir": 1000, "Dr": 20, "I1mr": 3})

    def test_functions_by_library(self):
        annotated = (
            "Ir\n31,075 (100.0%)  PROGRAM TOTALS\n"
            " 7,278 (23.42%)  ???:Reader::value'2 [/tmp/lomi.so]\n"
            "   340 ( 1.10%)  ./a/memmove.S:memcpy [/usr/lib/libc.so.6]\n"
            "    60 ( 0.20%)  ./b/memmove.S:memcpy [/usr/lib/libc.so.6]\n"
        )
        found = {("Reader::value'2", "lomi.so"): 7278, ("memcpy", "libc.so.6"): 400}
        self.assertEqual(profiles.functions(annotated), found)


class Rounds(unittest.TestCase):
    def test_every_job_once_in_each_round_with_its_row_together(self):
        order = []
        jobs = [
            Job(row, client, lambda one=(row, client): order.append(one) or {"cpu": 1})
            for row in "ab"
            for client in "xyz"
        ]
        found = rounds(jobs, 4, "test")
        self.assertEqual([len(found[row][client]) for row in "ab" for client in "xyz"], [4] * 6)
        for start in range(0, 24, 3):
            self.assertEqual(len({row for row, _ in order[start : start + 3]}), 1)


if __name__ == "__main__":
    unittest.main()
