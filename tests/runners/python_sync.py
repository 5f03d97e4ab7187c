"""The Python runner: performs a plan through lomi.LomiClient, several calls at a time."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import lomi
import python_plan as plans


def call(client, asked):
    sessions, options = client.checkout_sessions, asked.get("options", {})
    match asked["do"]:
        case "create":
            return plans.give(sessions.create(asked["body"], **options))
        case "get":
            return plans.give(sessions.get(asked["id"], **options))
        case "list":
            return plans.give_page(sessions.list(asked["query"], **options))
        case "update":
            return plans.give(sessions.update(asked["id"], asked["body"], **options))
        case "delete":
            return {"value": sessions.delete(asked["id"], **options)}
        case "list_all":
            return walk(sessions, asked)
        case "operation":
            operation, given = plans.operation(client, asked)
            return plans.result(operation(**given, **options))
        case "request":
            query, body = asked.get("query"), asked.get("body")
            found = client.request(asked["method"], asked["path"], query=query, body=body, **options)
            return {"value": plans.show(found)}
    return plans.local(asked)


def walk(sessions, asked):
    ids, again = [], asked.get("resume", False)
    try:
        items = sessions.list(asked["query"]).auto_paging_iter()
        while len(ids) < asked.get("take", 99):
            try:
                ids.append(next(items).checkout_session_id)
            except StopIteration:
                break
            except lomi.LomiError:
                if not again:
                    raise
                again = False
    except lomi.LomiError as error:
        return {"items": ids, "error": plans.told(error)}
    return {"items": ids}


def perform(line):
    plan = plans.read(line)
    result, started = {}, time.monotonic()
    try:
        client = lomi.LomiClient(**plans.settings(plan))
        for before in plan["before"]:
            call(client, before)
        time.sleep(plan["pause_ms"] / 1000)
        started = time.monotonic()
        result = call(client, plan["call"])
    except BaseException as error:
        result = {"error": plans.told(error)}
    plans.tell(plan, started, result)


with ThreadPoolExecutor(24) as pool:
    list(pool.map(perform, sys.stdin))
time.sleep(0.1)
