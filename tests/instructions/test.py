"""What the gate lets through and what it does not: `python3 tests/instructions/test.py`."""

import unittest

from compare import compare

VERSIONS = {"rust": "rustc 1.95.0", "php": "8.2.36"}
COUNTS = {"get": 100_000, "list-all": 2_000_000}


def of(counts, versions=VERSIONS):
    return {"php": {"versions": dict(versions), "instructions": dict(counts)}}


class Gate(unittest.TestCase):
    def check(self, measured, errors=(), warnings=()):
        """Compare with what is recorded; each sentence must begin and end as given."""
        for found, expected in zip(compare(of(COUNTS), measured), (errors, warnings), strict=True):
            self.assertEqual(found, list(expected))

    def test_the_same_counts(self):
        self.check(of(COUNTS))

    def test_more_within_the_bound(self):
        self.check(of({**COUNTS, "get": 102_900}))

    def test_more_than_the_bound(self):
        error = "php, get: 103,100 instructions, 3.1% more than the recorded 100,000"
        self.check(of({**COUNTS, "get": 103_100}), [error])

    def test_fewer_within_the_bound(self):
        self.check(of({**COUNTS, "get": 97_100}))

    def test_fewer_than_the_bound_asks_to_record_them(self):
        error = (
            "php, list-all: 1,938,000 instructions, 3.1% fewer than the recorded 2,000,000: "
            "record the gain by `make gate BLESS=1`, so that it is kept"
        )
        self.check(of({**COUNTS, "list-all": 1_938_000}), [error])

    def test_a_row_that_was_not_measured(self):
        self.check(of({"get": 100_000}), ["php, list-all: is recorded and was not measured"])

    def test_a_row_that_is_not_recorded(self):
        error = "php, 404: is not recorded: add it by `make gate BLESS=1`"
        self.check(of({**COUNTS, "404": 1}), [error])

    def test_a_language_that_was_not_measured(self):
        rows = ("get", "list-all")
        self.check({}, [f"php, {row}: is recorded and was not measured" for row in rows])

    def test_a_language_that_is_not_recorded(self):
        errors, warnings = compare({}, of({"get": 1}))
        self.assertEqual(errors, ["php, get: is not recorded: add it by `make gate BLESS=1`"])
        self.assertEqual(warnings, [])

    def test_another_version_warns_and_has_a_wide_bound(self):
        warning = (
            "php: recorded with other versions (php 8.2.36, here 8.3.0), so a call may take "
            "20% more or fewer instructions, not 3%"
        )
        other = {**VERSIONS, "php": "8.3.0"}
        self.check(of({**COUNTS, "get": 119_000}, other), (), [warning])
        self.check(of({**COUNTS, "get": 81_000}, other), (), [warning])
        error = "php, get: 121,000 instructions, 21.0% more than the recorded 100,000"
        self.check(of({**COUNTS, "get": 121_000}, other), [error], [warning])


if __name__ == "__main__":
    unittest.main()
