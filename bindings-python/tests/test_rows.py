"""Rows of a page start as copies of the row before: no row may show another's values."""

import copy
import json
import random

NAMES = ("amount", "title", "quantity", "customer_name", "metadata", "is_pos", "created_by",
         "allowed_providers", "status", "later_field", "cancel_url", "line_items")  # fmt: skip


def value(chance, name):
    if chance.random() < 0.2:
        return None if name != "metadata" else {}
    return {
        "amount": chance.choice([1, 10_000, 2**70, 1.5]),
        "quantity": chance.randrange(3),
        "metadata": {"order": str(chance.randrange(3)), "deep": {"order": [1, {"order": 2}]}},
        "is_pos": chance.random() < 0.5,
        "allowed_providers": chance.choice([["WAVE"], ["WAVE", "MTN"], []]),
        "status": chance.choice(["open", "expired", "new_word"]),
        "line_items": [{"title": "x", "amount": 1}],
    }.get(name, chance.choice(["Awa", "Ibrahima", "é" * 3, "x" * 200, ""]))


def made(chance, number):
    """A row of any fields in any order; mostly in one order, as servers write them."""
    names = list(NAMES)
    if chance.random() < 0.3:
        chance.shuffle(names)
    if chance.random() < 0.3:
        names = names[: chance.randrange(len(names))]
    return {"checkout_session_id": f"cs_{number}", **{n: value(chance, n) for n in names}}


def held(row):
    return {**vars(row), **row.model_extra}


def test_rows_of_every_make_are_what_was_sent(talk):
    for seed in range(40):
        chance = random.Random(seed)
        rows = [made(chance, number) for number in range(chance.choice([1, 2, 3, 60]))]
        page = talk(lambda request, rows=rows: (200, {}, rows)).checkout_sessions.list()
        assert [held(row) for row in page.data] == rows, seed
        # In the order of the wire, as far as the schema knows the names.
        for row, sent in zip(page.data, rows, strict=True):
            assert list(vars(row)) == [name for name in sent if name != "later_field"], seed


def test_rows_share_nothing_that_can_change(talk):
    sent = [{"checkout_session_id": "cs", "title": "a", "metadata": {"a": []}} for _ in range(6)]
    one, *others = talk(lambda request: (200, {}, sent)).checkout_sessions.list(limit=6).data
    one.title, one.customer_name = "b", "Awa"
    one.metadata["a"].append(1)
    del one.checkout_session_id
    for other in others:
        assert held(other) == sent[0] and other == others[0]
    assert held(copy.deepcopy(others[0])) == sent[0]


def test_a_field_that_comes_twice_counts_as_it_came_last(talk):
    row = '{"checkout_session_id": "cs_%d", "title": "a", "amount": 1, "title": "b"}'
    text = "[%s]" % ",".join(row % number for number in range(5))
    page = talk(lambda request: (200, {}, text.encode())).checkout_sessions.list()
    assert [(r.checkout_session_id, r.title) for r in page] == [(f"cs_{n}", "b") for n in range(5)]
    assert {tuple(vars(r)) for r in page} == {("checkout_session_id", "title", "amount")}


def test_a_dictionary_within_that_looks_like_a_session(talk):
    sent = [
        {"checkout_session_id": f"cs_{n}", "metadata": {"checkout_session_id": "in", "title": n}}
        for n in range(5)
    ]
    rows = talk(lambda request: (200, {}, json.dumps(sent).encode())).checkout_sessions.list()
    assert [held(row) for row in rows] == sent


def test_one_after_the_other(talk):
    answers = [
        {"checkout_session_id": "cs_1", "title": "a", "amount": 1},
        {"checkout_session_id": "cs_2", "title": None, "amount": 2},
        {"checkout_session_id": "cs_3", "title": "c"},
        {"title": "d", "checkout_session_id": "cs_4", "amount": 4},
    ] * 3
    left = iter(answers)
    sessions = talk(lambda request: (200, {}, next(left))).checkout_sessions
    assert [held(sessions.get("cs")) for _ in answers] == answers
