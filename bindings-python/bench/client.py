"""The work of one client in a process of its own: prints what it took as JSON.

    python client.py CLIENT TASK URL CALLS WARM-UP

`cpu` is client CPU per call (user and system), `p50` and `p99` are how long one call took; all in
microseconds. A task is a call of `clients.py`, or `at-once-64` or `at-once-1000`: so many `get`
under way. `once` makes a session and prints its id; `memory` and `growth` print figures of their
own.
"""

import json
import os
import resource
import sys
import threading
import time

import clients


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


def held():
    """Memory of this process in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def one_by_one(call, number):
    taken = []
    for _ in range(number):
        start = time.perf_counter_ns()
        call()
        taken.append(time.perf_counter_ns() - start)
    return taken


def in_threads(call, number, at_once):
    taken = []
    running = [
        threading.Thread(target=lambda: taken.extend(one_by_one(call, number // at_once)))
        for _ in range(at_once)
    ]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return taken


def on_loop(name, url, numbers, at_once):
    """The same on an asyncio loop: once to warm up, then measured."""
    import asyncio

    async def work(call, number, taken):
        for _ in range(number // at_once):
            start = time.perf_counter_ns()
            await call()
            taken.append(time.perf_counter_ns() - start)

    async def all_of():
        call = clients.ASYNC[name](url)["get"]
        for number in numbers:
            taken, before = [], cpu()
            await asyncio.gather(*(work(call, number, taken) for _ in range(at_once)))
            used = cpu() - before
        return used, taken

    return asyncio.run(all_of())


def measured(name, task, url, calls, warm):
    if task.startswith("at-once-"):
        at_once = int(task.removeprefix("at-once-"))
        if name in clients.ASYNC:
            return on_loop(name, url, (warm, calls), at_once)
        call = clients.make(name, url)["get"]
        in_threads(call, warm, at_once)
        before = cpu()
        taken = in_threads(call, calls, at_once)
        return cpu() - before, taken
    call = clients.make(name, url)[task]
    one_by_one(call, warm)
    before = cpu()
    taken = one_by_one(call, calls)
    return cpu() - before, taken


def memory(name, url, calls):
    """Memory and descriptors after so many calls."""
    made, figures = 0, []
    client = clients.make(name, url)
    for goal in (0, 1, 1_000, 10_000):
        if goal > calls:
            break
        for _ in range(goal - made):
            client["get"]()
        made = goal
        figures.append(
            {"calls": goal, "memory": held(), "open": len(os.listdir("/proc/self/fd")) - 1}
        )
    return figures


def growth(name, url, calls):
    """How much memory a walk through so many rows takes that one page did not."""
    client = clients.make(name, f"{url}/rows-{calls}")
    for _ in range(3):
        client["list"]()
    before = most = held()
    number = 0
    for number, row in enumerate(client["walk"](), 1):
        assert row is not None
        if number % 100 == 50:
            most = max(most, held())
    if number != calls:
        raise ValueError(f"{number} rows instead of {calls}")
    return {"rows": calls, "grown": most - before}


def main(name, task, url, calls=1, warm=0):
    if task == "once":
        print(clients.make(name, url)["create"](), flush=True)
        os._exit(0)  # what follows is not measured
    if task in ("memory", "growth"):
        print(json.dumps({"memory": memory, "growth": growth}[task](name, url, int(calls))))
        return
    used, taken = measured(name, task, url, int(calls), int(warm))
    taken.sort()
    at = {f"p{part}": taken[len(taken) * part // 100] / 1e3 for part in (50, 99)}
    print(json.dumps({"cpu": used / len(taken), **at}))


if __name__ == "__main__":
    main(*sys.argv[1:])
