"""What a file of a release must be, by its name: for which machine its programs are, how new a glibc
they need, and how large it may be.

`readelf` reads the programs. A file with a name that says nothing of a platform has no program.
"""

import io
import re
import subprocess
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass, field

MACHINES = {
    "x86_64": "X86-64",
    "x86-64": "X86-64",
    "x64": "X86-64",
    "aarch64": "AArch64",
    "arm64": "AArch64",
}
GLIBC = (2, 17)
ELF = b"\x7fELF"
# The most bytes: of the file as it is downloaded, and of the program in it.
PACKED = {"wheel": 3_000_000, "npm": 2_500_000}
UNPACKED = {"php": 6_000_000, "sandbox": 8_000_000}
NAMES = {
    "wheel": re.compile(
        r"lomi-.*-abi3-(?P<system>manylinux|musllinux)\w*?_(?P<machine>x86_64|aarch64)\b.*\.whl"
    ),
    "npm": re.compile(
        r"lomi-linux-(?P<machine>x64|arm64)-(?P<system>gnu|musl)-.*\.tgz"
    ),
    "php": re.compile(
        r"php_lomi-.*-(?P<machine>x86_64|arm64)-linux-(?P<system>glibc)\.zip"
    ),
    "sandbox": re.compile(
        r"lomi-sandbox-.*-(?P<machine>x86_64|aarch64)-unknown-linux-(?P<system>musl)\.tar\.gz"
    ),
    "gem": re.compile(
        r"lomi-[\d.]+-(?P<machine>x86_64|aarch64)-linux(?:-(?P<system>musl))?\.gem"
    ),
    "jar": re.compile(r"lomi-[\d.]+(?:-linux-.*)?\.jar"),
}
# Where the library of a platform is in a jar.
IN_JAR = re.compile(
    r"africa/lomi/native/linux-(?P<machine>x86-64|aarch64)(?:-(?P<system>musl))?/.*"
)
GNU = {"manylinux", "gnu", "glibc"}


@dataclass
class Program:
    """What `readelf` says of a program."""

    machine: str = ""
    needed: list[str] = field(default_factory=list)
    interpreter: bool = False
    glibc: tuple[int, ...] = ()

    @classmethod
    def read(cls, text):
        """From `readelf --wide --file-header --program-headers --dynamic --version-info`."""
        machine = re.search(r"Machine:\s+(.+)", text)
        versions = re.findall(r"Name: GLIBC_([\d.]+)", text)
        return cls(
            machine=machine[1].strip() if machine else "",
            needed=re.findall(r"\(NEEDED\)\s+Shared library: \[(.+?)\]", text),
            interpreter="program interpreter:" in text,
            glibc=max(
                (tuple(map(int, one.split("."))) for one in versions), default=()
            ),
        )


def kind(name):
    """What a file is, and the parts of its name; nothing for one without a program."""
    return next(
        (
            (what, found.groupdict())
            for what, form in NAMES.items()
            if (found := form.fullmatch(name))
        ),
        (None, {}),
    )


def program_errors(program, machine, system):
    """What is wrong with a program for this machine and system."""
    wanted = MACHINES[machine]
    if wanted not in program.machine:
        yield f"is for the machine {program.machine}, not {wanted}"
    libraries = {re.split(r"\.so", library)[0] for library in program.needed}
    if system in GNU:
        if program.glibc > GLIBC:
            yield f"needs glibc {'.'.join(map(str, program.glibc))}, newer than 2.17"
        if not program.glibc:
            yield "is not linked with glibc"
        unknown = libraries - {
            "libc",
            "libm",
            "libdl",
            "libpthread",
            "librt",
            "libgcc_s",
        }
        unknown = {library for library in unknown if not library.startswith("ld-linux")}
    else:
        if program.glibc:
            yield "is linked with glibc, not with musl"
        unknown = {
            library
            for library in libraries
            if not re.fullmatch(r"libc(\.musl-\w+)?", library)
        }
    if unknown:
        yield f"needs {', '.join(sorted(unknown))}, which a system may not have"


def size_errors(what, packed, unpacked):
    """What is larger than it may be."""
    for bar, size, where in ((PACKED, packed, ""), (UNPACKED, unpacked, " unpacked")):
        if what in bar and size > bar[what]:
            yield f"has {size:,} bytes{where}, {bar[what]:,} at most"


def members_of(data):
    """The files in a .tar.gz, each with its name."""
    with tarfile.open(fileobj=data) as archive:
        return [
            (one.name, archive.extractfile(one).read())
            for one in archive
            if one.isfile()
        ]


def programs(file):
    """The programs in an archive, each with its name."""
    if file.suffix in (".whl", ".zip", ".jar"):
        with zipfile.ZipFile(file) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    elif file.suffix == ".gem":
        with tarfile.open(file) as gem:
            data = io.BytesIO(gem.extractfile("data.tar.gz").read())
            members = members_of(data)
    else:
        with file.open("rb") as data:
            members = members_of(data)
    return [(name, contents) for name, contents in members if contents.startswith(ELF)]


def read_program(contents):
    """What `readelf` says of these bytes."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(contents)
        file.flush()
        asked = ["--file-header", "--program-headers", "--dynamic", "--version-info"]
        said = subprocess.run(
            ["readelf", "--wide", *asked, file.name],
            check=True,
            capture_output=True,
            text=True,
        )
    return Program.read(said.stdout)


def paths_of_builder(contents, places):
    """The folders of the machine that built a program which stand in it."""
    return [place for place in places if f"{place}/".encode() in contents]


def errors(file, places=()):
    """What is wrong with a file. `places` are folders that its programs must not name."""
    what, name = kind(file.name)
    if what is None:
        return
    found = programs(file)
    if not found or (what != "jar" and len(found) != 1):
        yield f"has {len(found)} programs, not one"
        return
    for member, contents in found:
        if what == "jar":
            place = IN_JAR.fullmatch(member)
            if not place:
                yield f"has a program in {member}, where none is looked for"
                continue
            name = place.groupdict()
        program = read_program(contents)
        if what == "sandbox" and (program.interpreter or program.needed):
            yield "is not static"
        yield from program_errors(program, name["machine"], name["system"] or "gnu")
        yield from size_errors(what, file.stat().st_size, len(contents))
        for place in paths_of_builder(contents, places):
            yield f"names a folder of the machine that built it, {place}"


def row(file):
    """Name, size, and what its programs are, for a table."""
    what, _ = kind(file.name)
    said = []
    for _, contents in programs(file) if what else ():
        program = read_program(contents)
        libc = "glibc " + ".".join(map(str, program.glibc)) if program.glibc else "musl"
        libc = libc if program.needed else "static"
        said.append(
            f"{len(contents):,} unpacked, {program.machine.split()[-1]}, {libc}"
        )
    return f"{file.stat().st_size:>10,}  {': '.join([file.name, *said])}"
