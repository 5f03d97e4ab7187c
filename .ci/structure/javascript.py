"""The edges between the JavaScript files that are shipped, from `require` and `import`."""

import re

NOT_SHIPPED = {"node_modules", "test", "bench", "npm"}
REQUIRED = re.compile(
    r"""//[^\n]*|/\*.*?\*/|(?<![\w.])(?:require\(|import\(|import\s+(?:[\w*{}\s,$]+\sfrom\s+)?)\s*"""
    r"""['"]([^'"\n]+)['"]|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`""",
    re.DOTALL,
)


def edges(folder):
    for file in shipped(folder):
        for match in REQUIRED.finditer(file.read_text()):
            if match[1] and match[1].startswith("."):
                path = (file.parent / match[1]).resolve()
                for target in (path, path.with_name(path.name + ".js"), path / "index.js"):
                    if target.is_file():
                        yield file, target, match[1]
                        break


def shipped(folder):
    for file in sorted([*folder.rglob("*.js"), *folder.rglob("*.mjs")]):
        if not NOT_SHIPPED & set(file.relative_to(folder).parts):
            yield file
