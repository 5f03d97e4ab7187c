"""Reads documents as Python's json does: a line of hex in, a line out. The line is what was
read, written with the digits it had, or `refused`; then `surrogate` where a string holds half
a surrogate pair, which is replaced. See compared.rs."""

import json
import re
import sys

HALF = re.compile("[\ud800-\udfff]")


class Digits(str):
    """A number as it stands in the document."""


def refuse(word):
    raise ValueError(word)


def digits(text):
    if len(text) > 4300:  # the bound of Python itself, and of the reader compared with it
        refuse(text)
    return Digits(text)


def text_of(value):
    if isinstance(value, Digits):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(map(text_of, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{text_of(k)}:{text_of(v)}" for k, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


for line in sys.stdin:
    document = bytes.fromhex(line).decode()
    try:
        value = json.loads(document, parse_int=digits, parse_float=digits, parse_constant=refuse)
    except (ValueError, RecursionError):
        print("refused")
        continue
    text = text_of(value)
    half = " surrogate" if HALF.search(text) else ""
    print(HALF.sub("\ufffd", text).encode().hex() + half)
