"""Rounds: every measurement once, in a new order each time, so that a slow moment of the machine
affects all of them and nothing always runs after the same thing."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """One measurement: of one client, for one row of a table."""

    row: str
    client: str
    measure: Callable[[], dict]


def attempt(job):
    """What a job measures. A second time where it fails: a whole run takes too long to lose."""
    try:
        return job.measure()
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        print(f"{job.row}, {job.client}: {error}; once more", file=sys.stderr, flush=True)
        return job.measure()


def rounds(jobs, number, title):
    """Figures by row and client, one for each round. Clients of a row run one after the other."""
    jobs = list(jobs)
    rows = {
        row: [job for job in jobs if job.row == row] for row in dict.fromkeys(j.row for j in jobs)
    }
    found = {row: {job.client: [] for job in of} for row, of in rows.items()}
    for done in range(number):
        started, took = time.monotonic(), {}
        for row in random.sample(list(rows), len(rows)):
            for job in random.sample(rows[row], len(rows[row])):
                start = time.monotonic()
                found[row][job.client].append(attempt(job))
                took[job] = time.monotonic() - start
        seconds = time.monotonic() - started
        longest = max(took, key=took.get)
        print(
            f"{title}: round {done + 1} of {number}, {seconds:.0f} s, the longest "
            f"{longest.row} {longest.client}, {took[longest]:.0f} s",
            file=sys.stderr,
            flush=True,
        )
    return found
