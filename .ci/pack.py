"""Packs files into an archive that depends on nothing but their contents.

    python3 .ci/pack.py ARCHIVE FILE...    a .tar.gz or a .zip

Owners, permissions other than to execute, and the order of the files are always the same; their
time is SOURCE_DATE_EPOCH. Folders are left off.
"""

import gzip
import io
import os
import pathlib
import sys
import tarfile
import time
import zipfile


def mode(file):
    """Executable for all, or for none."""
    return 0o755 if os.access(file, os.X_OK) else 0o644


def pack_tar(archive, files, when):
    """A .tar.gz without the name and the time that gzip would store."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for file in files:
            entry = tarfile.TarInfo(file.name)
            entry.size, entry.mtime, entry.mode = file.stat().st_size, when, mode(file)
            with file.open("rb") as contents:
                tar.addfile(entry, contents)
    archive.write_bytes(gzip.compress(packed.getvalue(), compresslevel=9, mtime=0))


def pack_zip(archive, files, when):
    """A .zip."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for file in files:
            entry = zipfile.ZipInfo(file.name, time.gmtime(when)[:6])
            entry.external_attr = mode(file) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, file.read_bytes(), compresslevel=9)


def main():
    archive, *files = (pathlib.Path(name) for name in sys.argv[1:])
    files.sort(key=lambda file: file.name)
    pack = pack_zip if archive.suffix == ".zip" else pack_tar
    pack(archive, files, int(os.environ["SOURCE_DATE_EPOCH"]))


if __name__ == "__main__":
    main()
