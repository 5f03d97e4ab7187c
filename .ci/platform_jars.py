"""Writes from a jar with the libraries of all platforms one for each platform, beside it.

    python3 .ci/platform_jars.py JAR    lomi-1.0.jar gives lomi-1.0-linux-x86-64.jar and so on

The same entries in the same order, without the libraries of the other platforms.
"""

import copy
import pathlib
import sys
import zipfile

NATIVE = "africa/lomi/native/"


def platform(name):
    """Of which platform an entry is; empty for what all have."""
    return name.removeprefix(NATIVE).split("/")[0] if name.startswith(NATIVE) else ""


def main():
    """Print each jar that was written."""
    whole = pathlib.Path(sys.argv[1])
    with zipfile.ZipFile(whole) as jar:
        entries = jar.infolist()
        platforms = sorted({platform(entry.filename) for entry in entries} - {""})
        if not platforms:
            sys.exit(f"{whole}: no library in {NATIVE}")
        for one in platforms:
            target = whole.with_name(f"{whole.stem}-{one}.jar")
            with zipfile.ZipFile(target, "w") as part:
                for entry in entries:
                    if platform(entry.filename) in ("", one):
                        # A copy: writing notes the place in the new file.
                        part.writestr(copy.copy(entry), jar.read(entry))
            print(target)


if __name__ == "__main__":
    main()
