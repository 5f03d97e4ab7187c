"""Compares what the native library has looked up in a JVM, which `recorder.c` has written down, with what
the jar's META-INF/native-image names: a program that GraalVM has compiled has nothing else.

    python3 .ci/native-image/compare.py RECORD JNI-CONFIG REFLECT-CONFIG
"""

import json
import re
import sys

PRIMITIVES = {
    "Z": "boolean", "B": "byte", "C": "char", "S": "short", "I": "int", "J": "long", "F": "float", "D": "double",
}  # fmt: skip
TYPE = re.compile(r"(\[*)(?:L([^;]+);|([ZBCSIJFD]))")


def class_name(name):
    return name.removeprefix("L").removesuffix(";").replace("/", ".")


def parameters(signature):
    """The types of a method's parameters, as the configuration writes them."""
    inside = signature[1 : signature.index(")")]
    return tuple(
        (class_name(name) if name else PRIMITIVES[letter]) + "[]" * len(brackets)
        for brackets, name, letter in TYPE.findall(inside)
    )


def looked_up(record):
    """The classes and methods of a record."""
    classes, methods = set(), set()
    for line in record.splitlines():
        kind, of, *rest = line.split(" ")
        classes.add(class_name(of))
        if kind == "method":
            methods.add((class_name(of), rest[0], parameters(rest[1])))
        elif kind not in ("class", "native"):
            raise ValueError(f"the configuration has no place yet for: {line}")
    return classes, methods


def named(configuration):
    classes = {entry["name"] for entry in configuration}
    methods = {
        (entry["name"], method["name"], tuple(method["parameterTypes"]))
        for entry in configuration
        for method in entry.get("methods", [])
    }
    return classes, methods


def differences(record, jni, reflection):
    """What is looked up and not named, and the reverse, in sentences."""
    found, expected = looked_up(record), named(jni)
    if not any(line.startswith("native ") for line in record.splitlines()):
        return ["the record has no native method: the library was not loaded while it was made"]
    said = []
    for have, want in zip(found, expected, strict=True):
        said += [f"not named in jni-config.json: {item}" for item in sorted(have - want, key=str)]
        said += [f"named in jni-config.json, not looked up: {item}" for item in sorted(want - have, key=str)]
    # The library finds its own classes by Class.forName.
    own = {name for name in found[0] if name.startswith("africa.lomi.")}
    said += [f"not named in reflect-config.json: {name}" for name in sorted(own - named(reflection)[0])]
    return said


def main(record, jni, reflection):
    with open(record) as lines, open(jni) as one, open(reflection) as other:
        said = differences(lines.read(), json.load(one), json.load(other))
    for sentence in said:
        print(f"native image: {sentence}", file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
