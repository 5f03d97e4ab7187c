#!/usr/bin/env python3
"""Fails where a page of the built site asks another host for something: `check.py FOLDER`."""

import re
import sys
from pathlib import Path

TAG = re.compile(r"<(?:script|link|img|iframe|source|video|audio|object|embed)\b[^>]*>", re.I)
ADDRESS = re.compile(r"(?:src|href|srcset|data)\s*=\s*[\"']?(?:https?:)?//[^\"'\s>]+", re.I)
STYLE = re.compile(r"(?:url\(\s*[\"']?|@import\s+[\"'])(?:https?:)?//[^)\"']+")


def main(folder: Path) -> int:
    found = 0
    for page in sorted(folder.rglob("*.html")):
        for tag in TAG.findall(page.read_text()):
            if ADDRESS.search(tag) and "canonical" not in tag:
                print(f"{page}: {tag}")
                found += 1
    for style in sorted(folder.rglob("*.css")):
        for address in STYLE.findall(style.read_text()):
            print(f"{style}: {address}")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
