"""Tests of the check of shipped files: python .ci/shipped/test.py"""

import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".ci"))

import shipped

GNU = """
ELF Header:
  Machine:                           AArch64
Program Headers:
 0x0000000000000001 (NEEDED)             Shared library: [libm.so.6]
 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
 0x0000000000000001 (NEEDED)             Shared library: [ld-linux-aarch64.so.1]
Version needs section '.gnu.version_r' contains 1 entry:
  0x0010:   Name: GLIBC_2.9  Flags: none  Version: 4
  0x0020:   Name: GLIBC_2.17  Flags: none  Version: 3
"""
MUSL = GNU.split("Version needs")[0].replace("libc.so.6", "libc.musl-aarch64.so.1")
MUSL = "\n".join(
    line for line in MUSL.split("\n") if "libm" not in line and "ld-linux" not in line
)
STATIC = "ELF Header:\n  Machine:      Advanced Micro Devices X86-64\n"


def wrong(text, machine, system):
    return list(shipped.program_errors(shipped.Program.read(text), machine, system))


class Names(unittest.TestCase):
    def test_each_file_of_a_release_is_known(self):
        for name, what, machine, system in [
            (
                "lomi-2.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
                "wheel",
                "x86_64",
                "manylinux",
            ),
            (
                "lomi-2.0.0-cp310-abi3-musllinux_1_2_aarch64.whl",
                "wheel",
                "aarch64",
                "musllinux",
            ),
            ("lomi-linux-arm64-musl-2.0.0.tgz", "npm", "arm64", "musl"),
            ("php_lomi-v2.0.0_php8.2-x86_64-linux-glibc.zip", "php", "x86_64", "glibc"),
            (
                "lomi-sandbox-2.0.0-x86_64-unknown-linux-musl.tar.gz",
                "sandbox",
                "x86_64",
                "musl",
            ),
            ("lomi-2.0.0-x86_64-linux.gem", "gem", "x86_64", None),
            ("lomi-2.0.0-aarch64-linux-musl.gem", "gem", "aarch64", "musl"),
        ]:
            self.assertEqual(
                shipped.kind(name), (what, {"machine": machine, "system": system}), name
            )
        for name in ("lomi-2.0.0.jar", "lomi-2.0.0-linux-x86-64-musl.jar"):
            self.assertEqual(shipped.kind(name), ("jar", {}), name)

    def test_what_has_no_program(self):
        for name in (
            "lomi-2.0.0.tgz",
            "lomi-2.0.0.tar.gz",
            "lomi-2.0.0.crate",
            "SHA256SUMS",
        ):
            self.assertEqual(shipped.kind(name), (None, {}), name)


class Programs(unittest.TestCase):
    def test_right_ones(self):
        self.assertEqual(wrong(GNU, "arm64", "gnu"), [])
        self.assertEqual(wrong(MUSL, "aarch64", "musllinux"), [])
        self.assertEqual(wrong(STATIC, "x86_64", "musl"), [])

    def test_another_machine(self):
        self.assertEqual(
            wrong(GNU, "x64", "gnu"), ["is for the machine AArch64, not X86-64"]
        )

    def test_a_newer_glibc(self):
        newer = GNU.replace("GLIBC_2.9", "GLIBC_2.28")
        self.assertEqual(
            wrong(newer, "aarch64", "manylinux"), ["needs glibc 2.28, newer than 2.17"]
        )

    def test_the_other_libc(self):
        self.assertIn(
            "is linked with glibc, not with musl", wrong(GNU, "arm64", "musl")
        )
        self.assertIn("is not linked with glibc", wrong(MUSL, "arm64", "gnu"))

    def test_a_library_that_a_system_may_not_have(self):
        text = GNU.replace("libm.so.6", "libssl.so.3")
        self.assertEqual(
            wrong(text, "arm64", "gnu"), ["needs libssl, which a system may not have"]
        )

    def test_sizes(self):
        self.assertEqual(list(shipped.size_errors("npm", 2_500_000, 9_000_000)), [])
        self.assertEqual(len(list(shipped.size_errors("npm", 2_500_001, 0))), 1)
        self.assertEqual(len(list(shipped.size_errors("php", 0, 6_000_001))), 1)


class Files(unittest.TestCase):
    """Archives with the Python that runs this: a program for this machine, with its glibc."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def archive(self, name, members):
        file = pathlib.Path(self.folder.name) / name
        if file.suffix in (".whl", ".jar"):
            with zipfile.ZipFile(file, "w") as archive:
                for member, contents in members.items():
                    archive.writestr(member, contents)
        else:
            with tarfile.open(file, "w:gz") as archive:
                for member, contents in members.items():
                    entry = tarfile.TarInfo(member)
                    entry.size = len(contents)
                    archive.addfile(entry, io.BytesIO(contents))
        return file

    def test_the_program_is_found_and_read(self):
        file = self.archive(
            "lomi-2.0.0-cp310-abi3-musllinux_1_2_x86_64.whl",
            {
                "lomi/__init__.py": b"",
                "lomi/_lomi.abi3.so": pathlib.Path(sys.executable)
                .resolve()
                .read_bytes(),
            },
        )
        self.assertIn("is linked with glibc, not with musl", list(shipped.errors(file)))

    def test_each_program_of_a_jar_is_for_its_folder(self):
        python = pathlib.Path(sys.executable).resolve().read_bytes()
        here = "africa/lomi/native/linux-x86-64"
        if os.uname().machine != "x86_64":
            here = "africa/lomi/native/linux-aarch64"
        found = list(
            shipped.errors(
                self.archive(
                    "lomi-2.0.0.jar",
                    {
                        f"{here}/liblomi_uniffi.so": python,
                        f"{here}-musl/liblomi_uniffi.so": python,
                        "elsewhere.so": python,
                    },
                )
            )
        )
        self.assertIn("is linked with glibc, not with musl", found)
        self.assertIn("has a program in elsewhere.so, where none is looked for", found)
        self.assertEqual(
            list(shipped.errors(self.archive("lomi-2.0.0-linux-x86-64.jar", {}))),
            ["has 0 programs, not one"],
        )

    def test_the_program_of_a_gem_is_found(self):
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w:gz") as inner:
            contents = pathlib.Path(sys.executable).resolve().read_bytes()
            entry = tarfile.TarInfo("lib/lomi/native/lib/liblomi_uniffi.so")
            entry.size = len(contents)
            inner.addfile(entry, io.BytesIO(contents))
        gem = self.archive(
            "lomi-2.0.0-x86_64-linux-musl.gem", {"data.tar.gz": data.getvalue()}
        )
        self.assertIn("is linked with glibc, not with musl", list(shipped.errors(gem)))

    def test_one_program_and_no_more(self):
        name = "lomi-linux-x64-gnu-2.0.0.tgz"
        self.assertEqual(
            list(shipped.errors(self.archive(name, {"package/a.js": b"1"}))),
            ["has 0 programs, not one"],
        )

    def test_a_folder_of_the_builder(self):
        self.assertEqual(
            shipped.paths_of_builder(b"at /home/me/src/x.rs", ["/home/me", "/work"]),
            ["/home/me"],
        )


class Packing(unittest.TestCase):
    def test_the_same_files_give_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for suffix in (".tar.gz", ".zip"):
                packed = []
                for when in (1, 2_000_000_000):
                    for name in ("b", "a"):
                        (folder / name).write_text(name)
                        os.utime(folder / name, (when, when))
                    os.chmod(folder / "a", 0o700 if when == 1 else 0o755)
                    target = folder / f"{when}{suffix}"
                    command = [
                        sys.executable,
                        ROOT / ".ci/pack.py",
                        target,
                        folder / "b",
                        folder / "a",
                    ]
                    subprocess.run(
                        command,
                        check=True,
                        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
                    )
                    packed.append(target.read_bytes())
                self.assertEqual(packed[0], packed[1], suffix)


class PlatformJars(unittest.TestCase):
    def test_a_jar_for_each_platform(self):
        shared = {"META-INF/MANIFEST.MF": b"m", "africa/lomi/LomiClient.class": b"c" * 500}
        natives = {
            f"africa/lomi/native/{name}/library.so": name.encode() for name in ("one", "two", "three")
        }
        with tempfile.TemporaryDirectory() as folder:
            whole = pathlib.Path(folder, "lomi-1.0.jar")
            with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as jar:
                # Around the libraries, so that the entries of a smaller jar lie elsewhere.
                for name, content in [*natives.items(), *shared.items()]:
                    jar.writestr(name, content)
            script = ROOT / ".ci/platform_jars.py"
            subprocess.run([sys.executable, script, whole], check=True, capture_output=True)
            for name in ("one", "two", "three"):
                with zipfile.ZipFile(pathlib.Path(folder, f"lomi-1.0-{name}.jar")) as jar:
                    found = {entry: jar.read(entry) for entry in jar.namelist()}
                self.assertEqual(
                    found, {**shared, f"africa/lomi/native/{name}/library.so": name.encode()}
                )


if __name__ == "__main__":
    unittest.main(verbosity=0)
