"""The Python runner for asyncio: performs a plan through lomi.AsyncLomiClient, all at once."""

import asyncio
import sys
import time

import lomi
import python_plan as plans


async def call(client, asked):
    sessions, options = client.checkout_sessions, asked.get("options", {})
    match asked["do"]:
        case "create":
            return plans.give(await sessions.create(asked["body"], **options))
        case "get":
            return plans.give(await sessions.get(asked["id"], **options))
        case "list":
            return plans.give_page(await sessions.list(asked["query"], **options))
        case "update":
            return plans.give(await sessions.update(asked["id"], asked["body"], **options))
        case "delete":
            return {"value": await sessions.delete(asked["id"], **options)}
        case "list_all":
            return await walk(sessions, asked)
        case "operation":
            operation, given = plans.operation(client, asked)
            return plans.result(await operation(**given, **options))
        case "request":
            query, body = asked.get("query"), asked.get("body")
            found = await client.request(asked["method"], asked["path"], query=query, body=body, **options)
            return {"value": plans.show(found)}
    return plans.local(asked)


async def walk(sessions, asked):
    ids, again = [], asked.get("resume", False)
    try:
        items = (await sessions.list(asked["query"])).auto_paging_iter()
        while len(ids) < asked.get("take", 99):
            try:
                ids.append((await anext(items)).checkout_session_id)
            except StopAsyncIteration:
                break
            except lomi.LomiError:
                if not again:
                    raise
                again = False
    except lomi.LomiError as error:
        return {"items": ids, "error": plans.told(error)}
    return {"items": ids}


async def perform(line, turn):
    plan = plans.read(line)
    async with turn:
        result, started = {}, time.monotonic()
        try:
            client = lomi.AsyncLomiClient(**plans.settings(plan))
            for before in plan["before"]:
                await call(client, before)
            await asyncio.sleep(plan["pause_ms"] / 1000)
            started = time.monotonic()
            result = await call(client, plan["call"])
        except BaseException as error:
            result = {"error": plans.told(error)}
        plans.tell(plan, started, result)


async def main():
    turn = asyncio.Semaphore(100)
    await asyncio.gather(*(perform(line, turn) for line in sys.stdin))


asyncio.run(main())
time.sleep(0.1)
