"""Names of lomi 1.1.0 that are not here yet: the error names what works now (E44)."""

import importlib
import json
import pathlib

import pytest

import lomi

#: Read off the published package: every class of it that has no counterpart here.
MISSING = json.loads((pathlib.Path(__file__).parent / "not_yet_1_1_0.json").read_text())


@pytest.mark.parametrize("name", MISSING["names"])
def test_a_class_that_is_not_here_yet(name):
    for module in (lomi, lomi.models, lomi.api):
        assert not hasattr(module, name)
        with pytest.raises(AttributeError) as caught:
            getattr(module, name)
        assert 'request("GET", "/' in str(caught.value) or "strings" in str(caught.value)
    with pytest.raises(ImportError) as caught:
        exec(f"from lomi import {name}")
    assert 'request("GET", "/' in str(caught.value) or "strings" in str(caught.value)


@pytest.mark.parametrize("name", MISSING["modules"])
def test_a_module_that_is_not_here_yet(name):
    with pytest.raises(ImportError) as caught:
        importlib.import_module(name)
    assert 'request("GET", "/' in str(caught.value) or "strings" in str(caught.value)


def test_the_way_that_is_named_works(talk):
    client = talk(200, {"data": [{"id": "c"}]})
    with pytest.raises(AttributeError, match=r'request\("GET", "/payment-links"\)'):
        lomi.PaymentLinksApi  # noqa: B018
    assert client.request("GET", "/payment-links", query={"limit": 1})["data"] == [{"id": "c"}]


def test_other_names_are_plain_errors():
    with pytest.raises(AttributeError) as caught:
        lomi.Nonsense  # noqa: B018
    assert str(caught.value) == "module 'lomi' has no attribute 'Nonsense'"
    with pytest.raises(ModuleNotFoundError, match="No module named 'lomi.nonsense'"):
        importlib.import_module("lomi.nonsense")
