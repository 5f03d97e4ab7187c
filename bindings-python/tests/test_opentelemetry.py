"""The OpenTelemetry snippet of the README, with the packages themselves."""

import asyncio

import pytest

import lomi
from conftest import ROOT

pytest.importorskip("opentelemetry.sdk")
from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (  # noqa: E402
    InMemorySpanExporter,
)
from opentelemetry.trace import SpanKind, StatusCode  # noqa: E402


@pytest.fixture
def traced(serve, monkeypatch):
    """A tracer, what it exported, and the hook of the README; the first attempt fails."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace.get_tracer", provider.get_tracer)
    readme = (ROOT / "bindings-python/README.md").read_text()
    marker = "<!-- tests/test_opentelemetry.py runs this -->\n```python\n"
    snippet = readme.split(marker)[1].split("\nclient =")[0]
    space = {"lomi": lomi}
    exec(snippet, space)

    def answer(request):
        return (503 if len(server.requests) % 2 else 200), {}, {"id": "cs_1"}

    server = serve(answer)
    settings = {"base_url": server.url, "on_response": space["on_response"]}
    return provider.get_tracer("the program"), exporter, settings


def check(spans, parent):
    assert [span.name for span in spans] == ["GET /checkout_sessions/{session_id}"] * 2
    for span in spans:
        assert span.kind == SpanKind.CLIENT and span.end_time >= span.start_time
        assert span.parent.span_id == parent.get_span_context().span_id
        assert span.attributes["url.template"] == "/checkout_sessions/{session_id}"
        assert span.attributes["http.request.method"] == "GET"
    first, second = spans
    assert first.attributes["http.response.status_code"] == 503
    assert first.attributes["error.type"] == "503"
    assert first.status.status_code == StatusCode.ERROR
    assert "http.request.resend_count" not in first.attributes
    assert second.attributes["http.response.status_code"] == 200
    assert second.attributes["http.request.resend_count"] == 1
    assert "error.type" not in second.attributes


def test_attempts_of_a_blocking_call_are_children_of_the_current_span(traced):
    tracer, exporter, settings = traced
    client = lomi.LomiClient("lomi_sk_test_1", routes="documented", **settings)
    with tracer.start_as_current_span("order") as parent:
        client.checkout_sessions.get("cs_1")
    check(exporter.get_finished_spans()[:2], parent)


def test_attempts_of_an_awaited_call_are_children_of_its_task_s_span(traced):
    tracer, exporter, settings = traced
    client = lomi.AsyncLomiClient("lomi_sk_test_1", routes="documented", **settings)
    parents = []

    async def order():
        with tracer.start_as_current_span("order") as parent:
            parents.append(parent)
            await client.checkout_sessions.get("cs_1")

    async def main():
        for _ in range(2):
            await asyncio.create_task(order())

    asyncio.run(main())
    spans = exporter.get_finished_spans()
    check(spans[0:2], parents[0])
    check(spans[3:5], parents[1])


def test_a_connection_that_fails_has_its_error_s_class(traced):
    _, exporter, settings = traced
    settings["base_url"] = "http://127.0.0.1:1"
    client = lomi.LomiClient("lomi_sk_test_1", max_retries=0, **settings)
    with pytest.raises(lomi.APIConnectionError):
        client.checkout_sessions.get("cs_1")
    [span] = exporter.get_finished_spans()
    assert span.attributes["error.type"] == "APIConnectionError"
    assert "http.response.status_code" not in span.attributes
