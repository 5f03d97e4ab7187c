"""What is measured, built as it is shipped and installed where only the bench looks; the peers.

A setup says how the client program of a language is started. `shipped` builds and installs all of
it; `debug` takes what `.ci/build` has made, for the smoke test.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

from .places import BENCH, PLACE, ROOT

LANGUAGES = ("python", "node", "php", "rust")
#: Languages of which only calls over a kept connection are measured.
CALLS_ONLY = ("ruby", "jvm")


@dataclass
class Setup:
    """How programs are started."""

    server: pathlib.Path
    python: str
    #: Where Python finds the SDK.
    sdk: pathlib.Path
    #: Where Node finds it, and the peers.
    package: pathlib.Path
    modules: pathlib.Path
    extension: pathlib.Path
    rust: pathlib.Path
    #: The native library of the gem.
    library: pathlib.Path
    #: The interpreter that has lomi 1.1.0.
    published: str
    sizes: dict = field(default_factory=dict)

    def environment(self, ca=None, bundle=None):
        """For every program; `ca` is the server's authority, `bundle` has the system's too."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LOMI_")}
        found = {
            **kept,
            "PYTHONPATH": f"{self.sdk}:{ROOT / 'bindings-python/bench'}",
            "NODE_PATH": str(self.modules),
            "LOMI_BENCH_PACKAGE": str(self.package),
        }
        if ca is None:
            return found
        trusted = {"LOMI_BENCH_BUNDLE": bundle, "LOMI_BENCH_CA": ca, "NODE_EXTRA_CA_CERTS": ca}
        return {**found, **{name: str(file) for name, file in trusted.items()}}

    def php(self):
        return ["php", "-d", f"extension={self.extension}"]

    def client(self, language, client):
        """The command of the program that does this client's work, without its task."""
        if language == "python":
            # The other lomi must not find this one: -E ignores PYTHONPATH.
            python = [self.published, "-E"] if client == "lomi-1.1.0" else [self.python]
            return [*python, str(ROOT / "bindings-python/bench/client.py"), client]
        if language == "node":
            return ["node", str(ROOT / "bindings-node/bench/client.js"), client]
        if language == "php":
            return [*self.php(), str(ROOT / "bindings-php/bench/client.php"), client]
        if language == "ruby":
            native = f"LOMI_RUBY_NATIVE_PATH={self.library}"
            return ["env", native, "ruby", str(ROOT / "bindings-uniffi/ruby/bench/client.rb"), client]
        if language == "jvm":
            java = f"-Dlomi.library={self.library}"
            arguments = ROOT / "bindings-uniffi/kotlin/target/bench.args"
            return ["java", java, f"@{arguments}", "africa.lomi.bench.ClientKt", client]
        return [str(self.rust), client]

    @staticmethod
    def first(client):
        """The command of a fresh JVM that makes one create, without the server's address."""
        arguments = ROOT / "bindings-uniffi/kotlin/target/bench-first.args"
        return ["java", f"@{arguments}", "africa.lomi.bench.FirstKt", client]


def debug():
    """What `.ci/build` has made: slow, but there."""
    return Setup(
        server=ROOT / "target/debug/lomi-bench-server",
        python=str(ROOT / ".venv/bin/python"),
        sdk=ROOT / "bindings-python/python",
        package=ROOT / "bindings-node",
        modules=ROOT / "bindings-node/node_modules",
        extension=ROOT / "target/debug/liblomi_php.so",
        rust=PLACE / "none",
        library=ROOT / "target/debug/liblomi_uniffi.so",
        published=str(ROOT / "target/published/bin/python"),
    )


def installed():
    """Where `shipped` puts things."""
    return Setup(
        server=ROOT / "target/release/lomi-bench-server",
        python=str(PLACE / "venv/bin/python"),
        sdk=PLACE / "sdk",
        package=PLACE / "package",
        modules=PLACE / "node/node_modules",
        extension=ROOT / "target/dist/liblomi_php.so",
        rust=ROOT / "target/bench-rust/release/client",
        library=ROOT / "target/dist/liblomi_uniffi.so",
        published=str(ROOT / "target/published/bin/python"),
    )


def shipped(languages):
    """Build and install; only what these languages need."""
    PLACE.mkdir(parents=True, exist_ok=True)
    setup = installed()
    cargo("--release", "-p", "lomi-bench-server")
    install_peers(languages)
    if "python" in languages:
        setup.sizes["python wheel"] = build_python(setup)
    if "node" in languages:
        setup.sizes["node native file"] = build_node(setup)
    if "php" in languages:
        cargo("--profile", "dist", "-p", "lomi-php")
        setup.sizes["php extension"] = setup.extension.stat().st_size
    if "ruby" in languages:
        cargo("--profile", "dist", "-p", "lomi-uniffi")
        setup.sizes["ruby gem"] = build_gem(setup)
    if "jvm" in languages:
        cargo("--profile", "dist", "-p", "lomi-uniffi")
        subprocess.run([ROOT / ".ci/build-jvm"], check=True)
        setup.sizes["jar"] = build_jar(setup)
    if "rust" in languages:
        manifest = ["--manifest-path", ROOT / "core/bench/Cargo.toml", "--locked"]
        cargo("--release", *manifest, "--target-dir", ROOT / "target/bench-rust")
    return setup


def cargo(*arguments):
    subprocess.run(["cargo", "build", "--quiet", *arguments], cwd=ROOT, check=True)


def install_peers(languages):
    """The pinned peers, installed again when their file has changed."""
    wanted = BENCH / "requirements.txt"
    if changed(wanted, PLACE / "venv/installed"):
        print("bench: from PyPI into target/bench/venv: bench/requirements.txt", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", PLACE / "venv"], check=True)
        pip = [PLACE / "venv/bin/pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", wanted], check=True)
        shutil.copy(wanted, PLACE / "venv/installed")
    lock = BENCH / "package-lock.json"
    if "node" in languages and changed(lock, PLACE / "node/installed"):
        print("bench: from npm into target/bench/node: bench/package-lock.json", flush=True)
        (PLACE / "node").mkdir(exist_ok=True)
        for file in (BENCH / "package.json", lock):
            shutil.copy(file, PLACE / "node")
        npm = ["npm", "ci", "--prefix", PLACE / "node", "--no-audit", "--no-fund"]
        subprocess.run([*npm, "--loglevel=error"], check=True)
        shutil.copy(lock, PLACE / "node/installed")


def changed(wanted, installed):
    return not installed.exists() or installed.read_bytes() != wanted.read_bytes()


def build_python(setup):
    """A wheel as it is shipped, installed as pip does it; gives its size."""
    for folder in (PLACE / "wheel", setup.sdk):
        shutil.rmtree(folder, ignore_errors=True)
    maturin = [ROOT / ".venv/bin/maturin", "build", "--quiet", "--profile", "dist"]
    manifest = ["--manifest-path", ROOT / "bindings-python/Cargo.toml"]
    out = ["--interpreter", setup.python, "--out", PLACE / "wheel"]
    subprocess.run([*maturin, *manifest, *out], check=True)
    (wheel,) = (PLACE / "wheel").iterdir()
    pip = [setup.python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-index", "--target", setup.sdk, wheel], check=True)
    subprocess.run([setup.python, "-m", "compileall", "-q", setup.sdk], check=True)
    return wheel.stat().st_size


def build_node(setup):
    """The package as it is published; gives the size of its native file."""
    cargo("--profile", "dist", "-p", "lomi-node")
    shutil.rmtree(setup.package, ignore_errors=True)
    setup.package.mkdir()
    native = shutil.copy(ROOT / "target/dist/liblomi_node.so", setup.package / "lomi.node")
    bundle = "require(process.argv[1]).bundle(process.argv[2], process.argv[3])"
    script = ROOT / "bindings-node/scripts/bundle.js"
    node = ["node", "-e", bundle, script, ROOT / "bindings-node", setup.package]
    subprocess.run(node, check=True)
    return native.stat().st_size


def build_gem(setup):
    """The gem of this platform; gives its size."""
    package = ["ruby", ROOT / "bindings-uniffi/ruby/package.rb", setup.library, PLACE]
    gem = subprocess.run(package, check=True, capture_output=True, text=True).stdout.strip()
    return pathlib.Path(gem).stat().st_size


def build_jar(setup):
    """The jar of this platform; gives its size."""
    folder = PLACE / "jar"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    subprocess.run([ROOT / ".ci/jar", setup.library, folder], check=True)
    (jar,) = folder.iterdir()
    # The class path of the first answer has no version.
    return jar.rename(folder / "lomi.jar").stat().st_size


def versions(setup):
    """What was compared: of languages, compilers and peers."""
    found = {
        "Python": said(setup.python, "-c", "import platform; print(platform.python_version())"),
        "Node": said("node", "-p", "process.versions.node"),
        "PHP": said("php", "-r", "echo PHP_VERSION;"),
        "Ruby": said("ruby", "-e", "print RUBY_VERSION"),
        "Java": said("sh", "-c", "java -version 2>&1 | sed -n '1s/.*\"\\(.*\\)\".*/\\1/p'"),
        "rustc": said("rustc", "--version").split()[1],
    }
    for line in (BENCH / "requirements.txt").read_text().splitlines():
        name, _, version = line.partition("==")
        found[f"python {name.lower()}"] = version
    locked = json.loads((BENCH / "package-lock.json").read_text())["packages"]
    for name in locked[""]["dependencies"]:
        found[f"node {name}"] = locked[f"node_modules/{name}"]["version"]
    lock = (ROOT / "core/bench/Cargo.lock").read_text().split("[[package]]")
    for entry in lock:
        lines = dict(line.split(" = ", 1) for line in entry.splitlines() if " = " in line)
        name = lines.get("name", "").strip('"')
        if name in ("reqwest", "hyper", "hyper-util", "ureq"):
            found[f"rust {name}"] = lines["version"].strip('"')
    found["php ext-curl"] = said("php", "-r", "echo curl_version()['version'];")
    for name, package in (
        ("guzzle", "php-guzzlehttp-guzzle"),
        ("symfony", "php-symfony-http-client"),
    ):
        version = said("dpkg-query", "--show", "--showformat=${Version}", package)
        found[f"php {name}"] = version.split("+")[0].split("-")[0]
    return found


def said(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
