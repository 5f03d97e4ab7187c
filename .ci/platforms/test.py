"""Tests of the check of platforms, on a small repository: python .ci/platforms/test.py"""

import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import platforms

WORKFLOW = """
jobs:
  native:
    strategy:
      matrix:
        include:
          - {target: x86_64-unknown-linux-gnu, platform: linux-x64-gnu, wheel: manylinux2014, gem: x86_64-linux, jar: linux-x86-64, runner: a}
          - {target: x86_64-pc-windows-msvc, platform: win32-x64-msvc, wheel: '-', gem: x64-mingw-ucrt, jar: win32-x86-64, runner: b}
  php:
    strategy:
      matrix:
        php: ['8.1', '8.2']
        arch: [x86_64]
"""
LISTED = (
    "x86_64-unknown-linux-gnu linux-x64-gnu manylinux2014 x86_64-linux linux-x86-64\n"
    "x86_64-pc-windows-msvc win32-x64-msvc - x64-mingw-ucrt win32-x86-64"
)
TABLE = """
| system | npm package | wheel | `lomi.so` | gem | jar | sandbox |
|---|---|---|---|---|---|---|
| Linux x64, glibc 2.17 | `lomi-linux-x64-gnu` | `manylinux2014` | PHP 8.1 to 8.2, glibc 2.17 | `x86_64-linux` | `linux-x86-64` | `x86_64-unknown-linux-musl` |
| Windows x64 | `lomi-win32-x64-msvc` | - | - | `x64-mingw-ucrt` | `win32-x86-64` | `x86_64-pc-windows-msvc` |
"""
COMPOSER = {
    "require": {"php": "^8.1"},
    "php-ext": {"os-families": ["linux"], "support-zts": False},
}
FILES = {
    platforms.WORKFLOW: WORKFLOW,
    "docs/versioning.md": f"# Versions\n\n## Platforms\n{TABLE}\nNext.\n",
    "bindings-node/npm/linux-x64-gnu/package.json": "{}",
    "bindings-node/npm/win32-x64-msvc/package.json": "{}",
    "bindings-node/native.js": "const SUPPORTED = new Set([\n  'linux-x64-gnu',\n  'win32-x64-msvc',\n]);\n",
    "bindings-node/README.md": "# Node\n\nAlso on Windows, in `lomi-win32-x64-msvc`.\n",
    "bindings-python/pyproject.toml": 'classifiers = ["Operating System :: POSIX :: Linux"]\n',
    "bindings-python/README.md": "# Python\n\nThe wheel is for Linux. There is none for\nWindows.\n",
    "bindings-uniffi/ruby/lib/lomi/native/library.rb": "PLATFORMS = %w[\n  x86_64-linux\n  x64-mingw-ucrt\n].freeze\n",
    "bindings-php/composer.json": json.dumps(COMPOSER),
    "docs/releasing.md": "What is open: FreeBSD.\n",
}


class Check(unittest.TestCase):
    """One change at a time."""

    def found(self, change=None, listed=LISTED):
        """What the check says of the repository with a change: (file, old text, new text)."""
        with tempfile.TemporaryDirectory() as root:
            for name, text in FILES.items():
                if change and change[0] == name:
                    self.assertIn(change[1], text)
                    text = text.replace(change[1], change[2])
                file = pathlib.Path(root, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            return [f"{place}: {wrong}" for place, wrong in platforms.errors(root, listed)]

    def assert_finds(self, words, *change):
        """It fails, once, with these words."""
        found = self.found(change)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_nothing_is_wrong(self):
        """The repository above is right."""
        self.assertEqual(self.found(), [])

    def test_the_list_of_the_script(self):
        """The script builds what the matrix names."""
        found = self.found(listed=LISTED.replace("manylinux2014", "musllinux_1_2"))
        self.assertEqual([line.split(":")[0] for line in found], [".ci/dist-target"])

    def test_a_platform_that_the_workflow_drops(self):
        """It must leave the packages, the loader, the table and the documents."""
        line = next(line for line in WORKFLOW.split("\n") if "windows" in line)
        places = {line.split(":")[0] for line in self.found((platforms.WORKFLOW, line, ""))}
        named = {
            ".ci/dist-target",
            "bindings-node/npm",
            "bindings-node/native.js",
            "bindings-node/README.md",
            "bindings-uniffi/ruby",
        }
        self.assertEqual(places, named | {"docs/versioning.md"})

    def test_the_loader(self):
        """It names one more."""
        self.assert_finds(
            "darwin-x64",
            "bindings-node/native.js",
            "'linux-x64-gnu'",
            "'linux-x64-gnu', 'darwin-x64'",
        )

    def test_documents(self):
        """A package, a system, and a denial that is not one any more."""
        readme = "bindings-node/README.md"
        self.assert_finds(
            "bindings-node/README.md:3: there is no package lomi-darwin-x64",
            readme,
            "win32-x64-msvc",
            "darwin-x64",
        )
        self.assert_finds("names Alpine", readme, "Windows", "Alpine")
        self.assert_finds(
            "bindings-python/README.md:3: names Windows",
            "bindings-python/README.md",
            "There is none for\nWindows",
            "And\nWindows",
        )
        self.assert_finds(
            "names macOS", "bindings-python/README.md", "for Linux", "for Linux and macOS"
        )

    def test_metadata(self):
        """Classifiers, and what Composer reads."""
        self.assert_finds(
            "names MacOS", "bindings-python/pyproject.toml", "POSIX :: Linux", "MacOS"
        )
        self.assert_finds("wants PHP ^8.0", "bindings-php/composer.json", "^8.1", "^8.0")
        self.assert_finds("without ZTS only", "bindings-php/composer.json", "false", "true")
        self.assert_finds(
            "without ZTS only", "bindings-php/composer.json", '["linux"]', '["linux", "windows"]'
        )

    def test_the_sentence_of_the_gem(self):
        """It names the gems that there are."""
        self.assert_finds(
            "names other gems",
            "bindings-uniffi/ruby/lib/lomi/native/library.rb",
            "x86_64-linux\n",
            "x86_64-linux arm64-darwin\n",
        )

    def test_the_table(self):
        """A row by hand."""
        self.assert_finds("--table prints it", "docs/versioning.md", "8.1 to 8.2", "8.1 to 8.5")


unittest.main()
