"""The checks of translations and of the reference must be able to fail."""

import reference
import translations

PAGE = """# Title

[{link}]({other})

Text with a [page](target.md#part).

<!-- setup: client -->
```python
order = {{"title": "Order 1042"}}  # a comment
print("paid:", order["title"])
```

| a | b |
|---|---|
| 1 | 2 |

- one
- two
"""


def differences(folder, change):
    """What is found after a change of a translation that had no difference."""
    (folder / "fr").mkdir(exist_ok=True)
    english, french = folder / "page.md", folder / "fr/page.md"
    (folder / "target.md").write_text("# Target\n\n## Part\n")
    (folder / "fr/target.md").write_text("# Cible\n\n## Partie\n")
    english.write_text(PAGE.format(link="Version française", other="fr/page.md"))
    same = PAGE.format(link="English version", other="../page.md").replace("#part", "#partie")
    changed = change(same)
    assert changed != same
    french.write_text(changed)
    pages = {english: french, folder / "target.md": folder / "fr/target.md"}
    for at in ("slugs", "anchors"):
        getattr(translations.links, at).cache_clear()
    return translations.compare(english, french, pages) + translations.link_each_other(english, french)


def test_a_translation_of_comments_and_text_is_no_difference(tmp_path):
    def translated(page):
        return (
            page.replace("a comment", "un commentaire")
            .replace("Order 1042", "Commande 1042")
            .replace('"paid:"', '"payé :"')
            .replace("# Title", "# Titre")
            .replace("- one", "- un")
        )

    assert differences(tmp_path, translated) == []


def test_every_other_difference_is_found(tmp_path):
    changes = {
        "another heading": ("- one", "## More\n\n- one"),
        "other code": ('order["title"]', 'order["name"]'),
        "has other code": ('{"title"', '{"titre"'),
        "the comments": ("setup: client", "setup: order"),
        "columns and rows": ("| 1 | 2 |", "| 1 | 2 |\n| 3 | 4 |"),
        "list items": ("- two", "two"),
        "no link to": ("(target.md#partie)", "(target.md)"),
        "no link to page.md": ("[English version](../page.md)", ""),
        "1 blocks in this section": ("- one", "```sh\nls\n```\n\n- one"),
    }
    for words, (old, new) in changes.items():
        found = differences(tmp_path, lambda page, old=old, new=new: page.replace(old, new))
        assert any(words in line for line in found), (words, found)
        assert all("page.md:" in line for line in found), found


PACKAGE = {
    "methods": {"refunds.get": {"arguments": ["refund_id"], "fields": None}},
    "asynchronous": ["refunds.get"],
    "options": ["timeout"],
    "client": [],
    "documented": {"RefundsApi": ["retrieve_refund"]},
    "models": {"Refund": ["amount"]},
}


def compared(monkeypatch, methods, fields=("amount",), **package):
    """What is found if every package has PACKAGE, and the reference these methods."""
    monkeypatch.setattr(reference, "of_client_page", lambda language: set())
    packages = {language: PACKAGE | package for language in reference.LANGUAGES}
    found = {language: methods for language in reference.LANGUAGES}
    return reference.compare(packages, found, [("RefundsApi", *2 * ["retrieve_refund"])], {"Refund": list(fields)})


def test_a_reference_that_differs_is_noticed(monkeypatch):
    right = {"refunds.get": {"arguments": ["refund_id", "timeout"], "fields": None}}
    assert compared(monkeypatch, right) == []
    assert "Node: refunds.get is not in the reference" in compared(monkeypatch, {})
    more = right | {"refunds.undo": right["refunds.get"]}
    assert "PHP: the reference has refunds.undo, which does not exist" in compared(monkeypatch, more)
    other = {"refunds.get": {"arguments": ["id"], "fields": None}}
    assert any("the arguments are" in line for line in compared(monkeypatch, other))
    assert any(line.startswith("model Refund") for line in compared(monkeypatch, right, fields=()))
    assert any("RefundsApi" in line for line in compared(monkeypatch, right, documented={}))
    assert any(line.startswith("AsyncLomiClient") for line in compared(monkeypatch, right, asynchronous=[]))
    assert "PHP: pool is not in the reference" in compared(monkeypatch, right, client=["pool"])
