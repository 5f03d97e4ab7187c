"""That a missed bar is noticed, and that ratios are those of rounds. Part of bench-smoke."""

import unittest

from document import tables
from measure import bars
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
