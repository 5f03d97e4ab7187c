"""The fields of a response are read lazily, which must change nothing that a program sees."""

import copy
import gc
import json
import pickle
import random
import threading

import pytest

from lomi.models import CheckoutSession

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
        # In the order of the response, for the names that the schema has.
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


SIBLINGS = ("description", "public_description", "url", "checkout_url", "id", "checkout_session_id")


def of_any_make(seed):
    """Sessions with fields that stand in for each other, twice, null, or under another name."""
    chance = random.Random(seed)
    members = [*made(chance, seed).items()]
    for name in SIBLINGS:
        for _ in range(chance.choice([0, 0, 1, 2])):
            told = chance.choice([None, "a", 'b\u00e9"', "https://pay.example/1"])
            members.insert(chance.randrange(len(members) + 1), (name, told))
    members += [("status", "complete")] if chance.random() < 0.3 else []
    members += [("amount", "15000")] if chance.random() < 0.3 else []
    said = ", ".join(f"{json.dumps(name)}: {json.dumps(told)}" for name, told in members)
    return "{%s}" % said


@pytest.mark.parametrize("seed", range(8))
def test_read_one_by_one_is_read_at_once(talk, seed):
    texts = [of_any_make(seed * 100 + number) for number in range(100)]
    body = ("[%s]" % ",".join(texts)).encode()
    page = talk(lambda request: (200, {}, body)).checkout_sessions.list()
    chance = random.Random(seed)
    for row, text in zip(page, texts, strict=True):
        whole = CheckoutSession.from_json(text)
        names = chance.sample(CheckoutSession._fields, chance.choice([0, 1, 3, 9, 50]))
        for name in names:
            assert getattr(row, name) == getattr(whole, name), (name, text)
        assert list(vars(row).items()) == list(vars(whole).items()), text
        assert row == whole and repr(row) == repr(whole) and row.model_extra == whole.model_extra
        assert all(row.original(n) == whole.original(n) for n in CheckoutSession._fields), text


def unread(talk, **more):
    sent = {"checkout_session_id": "cs_1", "title": "a", "amount": 5, "later_field": 1, **more}
    (row,) = talk(lambda request: (200, {}, [sent])).checkout_sessions.list().data
    return row


def test_what_is_set_first_stays(talk):
    row = unread(talk)
    row.title = "mine"
    row.customer_name = "Awa"
    assert (row.title, row.amount) == ("mine", 5)
    assert vars(row) == {
        "checkout_session_id": "cs_1", "title": "mine", "amount": 5, "customer_name": "Awa"
    }  # fmt: skip
    row.amount = None
    assert row.amount is None and row.to_dict()["title"] == "mine"


def test_what_is_taken_away_stays_away(talk):
    row = unread(talk)
    del row.title
    assert row.title is None and "title" not in row and row.amount == 5
    with pytest.raises(AttributeError):
        del row.customer_name
    row.__dict__ = {"title": "other"}
    assert row.title == "other" and row.amount is None


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda row: pickle.loads(pickle.dumps(row))]
)
def test_a_copy_of_what_is_unread(talk, copied):
    row = unread(talk)
    other = copied(row)
    assert other == row and vars(other) == vars(row) and other.later_field == 1


@pytest.mark.parametrize(
    "look",
    [
        lambda row: row.later_field == 1,
        lambda row: row.model_extra == {"later_field": 1},
        lambda row: "later_field" in row and "title" in row and "customer_name" not in row,
        lambda row: row["title"] == "a" and row.get("amount") == 5 and row.get("url", 3) == 3,
        lambda row: {"title", "later_field"} < row.model_fields_set,
        lambda row: row.model_dump()["amount"] == 5,
        lambda row: json.loads(row.to_json())["title"] == "a",
        lambda row: "title='a'" in repr(row),
        lambda row: row.original("title") == "a",
        lambda row: "later_field" not in dir(row) and "title" in dir(row),
        lambda row: not hasattr(row, "never_sent"),
    ],
)  # fmt: skip
def test_whatever_looks_first_sees_all(talk, look):
    assert look(unread(talk))


def test_threads_that_read_one_row(talk):
    for _ in range(30):
        row = unread(talk, metadata={"order": "1"})
        begin, seen = threading.Barrier(4), []

        def read(row=row, begin=begin, seen=seen):
            begin.wait()
            seen.append((row.title, row.amount, vars(row)["metadata"], row.later_field))

        running = [threading.Thread(target=read) for _ in range(4)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        assert seen == [("a", 5, {"order": "1"}, 1)] * 4
        assert all(told[2] is seen[0][2] for told in seen)


def test_a_row_does_not_keep_its_page(talk):
    """A page is 200 kB; what is kept of each is one row, of which one field was read."""
    rows = [{"checkout_session_id": f"cs_{n}", "title": "x" * 1000} for n in range(100)]
    sessions = talk(lambda request: (200, {}, rows)).checkout_sessions

    def held():
        gc.collect()
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096

    def kept(number):
        rows = [sessions.list(limit=100).data[5] for _ in range(number)]
        assert all(row.checkout_session_id == "cs_5" for row in rows)
        return rows

    warm = kept(100)
    before = held()
    rows = kept(500)
    assert held() - before < 20_000_000, "50 MB were answered"
    assert len(rows) + len(warm) == 600
