"""Prints, as JSON, what the Python package has: methods, arguments, fields of bodies and of models."""

import importlib
import inspect
import json
import pkgutil
import re

import lomi
import lomi.api
import lomi.types

OPTIONS = {"api_key", "account", "headers", "idempotency_key", "max_retries", "request_id", "extra_body"}
OPTIONS |= {f"{one}timeout" for one in ("", "connect_", "attempt_", "idle_")}
VARIANTS = ("_with_http_info", "_without_preload_content")


def public(of):
    return [name for name in vars(of) if not name.startswith("_")]


def methods(client):
    found = {}
    for resource in dir(client):
        of = type(getattr(client, resource, None))
        if not of.__module__.startswith("lomi.resources."):
            continue
        for name in public(of):
            found[f"{resource}.{name}"] = method(getattr(of, name))
    return found


def method(function):
    parameters = inspect.signature(function).parameters
    sent = re.search(r"Unpack\[(\w+)\]", str(parameters["fields"].annotation)) if "fields" in parameters else None
    return {
        "arguments": [p for p in parameters if p != "self" and p not in OPTIONS],
        "fields": sorted(getattr(lomi.types, sent[1]).__annotations__) if sent else None,
    }


def main():
    client = lomi.LomiClient("lomi_sk_test_probe")
    waiting = lomi.AsyncLomiClient("lomi_sk_test_probe")
    found = methods(client)
    own = [name for of in lomi.LomiClient.__mro__[:-1] for name in public(of)]
    names = {name: getattr(lomi, name) for name in lomi.__all__}
    models = {name: one for name, one in names.items() if isinstance(getattr(one, "_fields", None), tuple)}
    modules = [importlib.import_module(f"lomi.api.{one.name}") for one in pkgutil.iter_modules(lomi.api.__path__)]
    documented = {name: one for of in modules for name, one in vars(of).items() if name.endswith("Api")}
    print(
        json.dumps(
            {
                "methods": found,
                "options": sorted(OPTIONS),
                "asynchronous": sorted(methods(waiting)),
                "client": sorted(set(own) - {name.split(".")[0] for name in found}),
                "documented": {
                    name: [one for one in public(of) if not one.endswith(VARIANTS)] for name, of in documented.items()
                },
                "names": list(lomi.__all__),
                "models": {name: sorted(one._fields) for name, one in models.items()},
            }
        )
    )


main()
