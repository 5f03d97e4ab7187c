"""Proof: a shop that is killed at 100 random moments loses no payment, and counts none twice.

`LOMI_SEED=1` repeats the moments, `LOMI_KILLS=1000` makes more of them.
"""

import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import ROOT

KILLS = int(os.environ.get("LOMI_KILLS", 100))
SEED = int(os.environ.get("LOMI_SEED", random.randrange(10**6)))
PROGRAM = ROOT / "bindings-python" / "tests" / "inbox_killed.py"
STORES = ["psycopg", "pymysql", "redis", "sqlite3"]
#: Stores with a defect, and the moment of a kill that shows it.
WRONG = {"mark first": "in the handler", "work first": "after the handler"}


@pytest.fixture(scope="module")
def runs(databases):
    """Every run, two at a time."""
    print("LOMI_SEED", SEED)
    given = {"kills": KILLS, "seed": SEED, "databases": databases}
    with ThreadPoolExecutor(2) as pool:
        runs = {kind: pool.submit(run, kind=kind, **given) for kind in STORES}
        given["kills"] = 400
        for name, enough in WRONG.items():
            runs[name] = pool.submit(run, kind="sqlite3", wrong=name, enough=enough, **given)
        yield runs


def run(**given):
    command = [sys.executable, PROGRAM, json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", STORES)
def test_a_shop_that_is_killed_loses_nothing(runs, kind):
    result = runs[kind].result()
    print(result)
    assert result["paid"] >= KILLS / 4
    assert (result["lost"], result["doubled"], result["invented"]) == (0, 0, 0), result
    assert result["balance is exact"], result
    assert result["by webhook"] > 0 and result["by reconcile"] > 0, result
    # The kills hit before, within and after transactions; what was undone was handed over again.
    assert sum(result["kills"].values()) == KILLS
    hit = result["kills"]
    assert hit.get("in the handler"), result
    assert hit.get("idle", 0) + hit.get("before the handler", 0) > 0, result
    assert hit.get("after the handler", 0) + hit.get("after the commit", 0) > 0, result
    assert result["calls"] >= 2 * result["paid"] + hit["in the handler"], result


@pytest.mark.parametrize("name, error", [("mark first", "lost"), ("work first", "doubled")])
def test_a_store_that_is_wrong_is_noticed(runs, name, error):
    result = runs[name].result()
    print(result)
    assert result[error] > 0 and not result["balance is exact"], result
