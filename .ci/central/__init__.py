"""What Maven Central wants of a release: every file with its sums and a signature, in one zip file."""

import hashlib
import pathlib
import subprocess
import time
import zipfile

SOURCES = "bindings-uniffi/kotlin/src/main/kotlin"
#: The documentation is the site; Maven Central wants a jar of that name, and takes any text in it.
DOCUMENTATION = "bindings-uniffi/kotlin/README.md"


def jar_of(target, root, files, when):
    """Write a jar of files, whose names in it begin below `root`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as jar:
        for file in sorted(files):
            entry = zipfile.ZipInfo(file.relative_to(root).as_posix(), time.gmtime(when)[:6])
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            jar.writestr(entry, file.read_bytes())


def sign(file):
    """Give the signature of a file by the key that gpg has."""
    command = ["gpg", "--batch", "--yes", "--armor", "--detach-sign", "--output", "-", str(file)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def bundle(repository, dist, version, target, when):
    """Write the zip file from the jars and the pom of a release; returns the names in it."""
    repository, dist = pathlib.Path(repository), pathlib.Path(dist)
    files = sorted(dist.glob(f"lomi-{version}*.jar"))
    if dist / f"lomi-{version}.jar" not in files:
        raise FileNotFoundError(f"{dist} has no lomi-{version}.jar")
    sources = repository / SOURCES
    for name, root, contents in (
        ("sources", sources, sources.rglob("*.kt")),
        ("javadoc", (repository / DOCUMENTATION).parent, [repository / DOCUMENTATION]),
    ):
        jar = pathlib.Path(target).parent / f"lomi-{version}-{name}.jar"
        jar_of(jar, root, contents, when)
        files.append(jar)
    files.append(dist / f"lomi-{version}.pom")
    folder = f"africa/lomi/lomi/{version}"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        for file in files:
            contents = file.read_bytes()
            packed.writestr(f"{folder}/{file.name}", contents)
            packed.writestr(f"{folder}/{file.name}.asc", sign(file))
            for algorithm in ("md5", "sha1", "sha256"):
                digest = hashlib.new(algorithm, contents).hexdigest()
                packed.writestr(f"{folder}/{file.name}.{algorithm}", digest)
        return packed.namelist()
