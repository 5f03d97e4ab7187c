"""The bundle for Maven Central: python3 .ci/central/test.py"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
import zipfile
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / ".ci"))

import central  # noqa: E402

FOLDER = "africa/lomi/lomi/1.0"
JARS = ["lomi-1.0.jar", "lomi-1.0-linux-x86-64.jar", "lomi-1.0-sources.jar", "lomi-1.0-javadoc.jar"]
WANTED = ("name", "description", "url", "licenses/license/url", "developers/developer/name", "scm/url")


class BundleTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        home = self.folder / "gnupg"
        home.mkdir(mode=0o700)
        environment = mock.patch.dict(os.environ, GNUPGHOME=str(home))
        environment.start()
        self.addCleanup(environment.stop)
        self.addCleanup(subprocess.run, ["gpgconf", "--kill", "all"], check=True)
        self.gpg("--quick-generate-key", "--passphrase", "", "test@example.com", "ed25519", "sign")

    def gpg(self, *arguments):
        return subprocess.run(
            ["gpg", "--batch", "--quiet", *arguments], check=True, stderr=subprocess.PIPE
        )

    def bundle(self, name):
        return central.bundle(ROOT, self.folder, "1.0", self.folder / name, 1_700_000_000)

    def test_every_file_has_its_sums_and_a_signature_that_verifies(self):
        for name in JARS[:2]:
            (self.folder / name).write_bytes(b"a jar")
        (self.folder / "lomi-1.0.pom").write_text("<project/>")
        names = self.bundle("bundle.zip")
        files = [f"{FOLDER}/{name}" for name in [*JARS, "lomi-1.0.pom"]]
        endings = ("", ".asc", ".md5", ".sha1", ".sha256")
        self.assertEqual(sorted(names), sorted(one + end for one in files for end in endings))
        with zipfile.ZipFile(self.folder / "bundle.zip") as packed:
            packed.extractall(self.folder / "out")
            sources = zipfile.ZipFile(packed.open(f"{FOLDER}/{JARS[2]}")).namelist()
        for one in files:
            file = self.folder / "out" / one
            self.gpg("--verify", f"{file}.asc", str(file))
        self.assertIn("africa/lomi/LomiClient.kt", sources)

    def test_without_the_jar_nothing_is_packed(self):
        with self.assertRaises(FileNotFoundError):
            self.bundle("bundle.zip")

    def test_the_pom_has_what_maven_central_wants(self):
        pom = ElementTree.parse(ROOT / "bindings-uniffi/kotlin/pom.xml")
        name = {"": "http://maven.apache.org/POM/4.0.0"}
        missing = [one for one in WANTED if not (pom.findtext(one, namespaces=name) or "").strip()]
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
