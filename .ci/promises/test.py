"""Tests of the check of promises, on a small repository: python3 .ci/promises/test.py"""

import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import promises

README = """# A client

Amounts are [never scaled](docs/money.md). 1 resources with 1 operations.

## What is safe

| | |
|---|---|
| The key | sent over HTTPS *only*; never printed by `Debug` |

## Building
"""
HOME = "# Home\n\n## What it does for you\n\n- **Calls end.** One deadline covers\n  a call.\n\n## Next\n"
TABLE = """# Tests

## Promises

| said in | promise | tests |
|---|---|---|
| **The key** | | |
| README | "sent over HTTPS only" | scenarios `plain-http` |
| README | "never printed by Debug" | `core/tests/secrets.rs` no_key_is_shown, no_key_is_logged |
| home | "Calls end. One deadline covers a call" | `tests/a.test.js` a title, with a comma |
| README, Python | "never scaled" | `tests` a title, with a comma; scenarios `plain-http` |
"""
FILES = {
    "README.md": README,
    "README.fr.md": "# Un client\n\n## Ce qui est garanti\n\n| La clé | en HTTPS ; jamais affichée |\n",
    "docs/index.md": HOME,
    "tests/README.md": TABLE,
    "bindings-python/README.md": "Amounts are never\nscaled.",
    "bindings-node/README.md": "",
    "bindings-php/README.md": "",
    "core/README.md": "",
    "bindings-uniffi/ruby/README.md": "",
    "tests/sandbox/README.md": "",
    "tests/scenarios/a.json": json.dumps({"scenarios": [{"name": "plain-http"}]}),
    "tests/a.test.js": "test('a title, with a comma', () => {});",
    "core/tests/secrets.rs": "fn no_key_is_shown() {}\nfn no_key_is_logged() {}",
    "core/spec/resources/a.json": json.dumps({"paths": {"/a": {"get": {"x-lomi": {"operation": "get_a"}}}}}),
}


class Promises(unittest.TestCase):
    def errors(self, name="README.md", old="", new=""):
        files = {**FILES, name: FILES[name].replace(old, new)}
        if old:
            self.assertNotEqual(files, FILES)
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            return [f"{place}: {wrong}" for place, wrong in promises.errors(root)]

    def test_what_agrees(self):
        self.assertEqual(self.errors(), [])

    def test_a_new_promise(self):
        new = self.errors(old="by `Debug`", new="by `Debug`; never logged")
        self.assertIn("README.md: a promise without a row in tests/README.md: never logged", new)
        new = self.errors(old="HTTPS *only*", new="HTTPS *only*, and fast")
        self.assertEqual(new, ["README.md: a promise without a row in tests/README.md: and fast"])
        new = self.errors("docs/index.md", "\n\n## Next", "\n- **Free.**\n\n## Next")
        self.assertEqual(new, ["docs/index.md: a promise without a row in tests/README.md: Free"])

    def test_words_that_nobody_says_any_more(self):
        gone = self.errors("bindings-python/README.md", "never", "rarely")
        self.assertEqual(gone, ["tests/README.md:11: bindings-python/README.md does not say: never scaled"])

    def test_tests_that_are_not_there(self):
        for old, new, wrong in [
            ("`plain-http` |\n| README |", "`other` |\n| README |", "no scenario other"),
            ("no_key_is_logged", "no_key", "core/tests/secrets.rs has no test no_key_is_shown, no_key"),
            ("a comma |\n", "no comma |\n", "tests/a.test.js has no test a title, with no comma"),
            ("tests/a.test.js", "tests/b.test.js", "no file tests/b.test.js"),
            ("scenarios `plain-http` |\n| README |", "|\n| README |", "no test"),
            (
                "scenarios `plain-http` |\n| README |",
                "by hand |\n| README |",
                "neither scenarios nor a file: by hand",
            ),
            ("`tests` a title, with a comma", "`tests`", "no test of tests is named"),
        ]:
            with self.subTest(wrong):
                (error,) = self.errors("tests/README.md", old, new)
                self.assertTrue(error.endswith(f": {wrong}"), error)

    def test_sections_that_were_renamed(self):
        self.assertIn("README.md: no section ## What is safe", self.errors(old="What is safe", new="Safety"))
        self.assertTrue(self.errors("tests/README.md", "## Promises", "## Others"))

    def test_a_promise_that_was_not_translated(self):
        self.assertIn(
            "README.fr.md: ## Ce qui est garanti has not the statements of README.md",
            self.errors("README.fr.md", " ; jamais affichée", ""),
        )

    def test_numbers_of_the_spec(self):
        self.assertEqual(
            self.errors(old="1 op", new="2 op"), ["README.md: does not say: 1 resources with 1 operations"]
        )


if __name__ == "__main__":
    unittest.main()
