"""The edges between the files of a Python package, from imports at any depth.

An import in an `__init__.py` whose name is not used there is a re-export. Imports under
`if TYPE_CHECKING` are not counted.
"""

import ast


def edges(folder):
    files = {f: f.relative_to(folder.parent).with_suffix("").parts for f in folder.rglob("*.py")}
    modules = {".".join(p[:-1] if p[-1] == "__init__" else p): f for f, p in files.items()}
    trees = {name: ast.parse(file.read_text()) for name, file in modules.items()}

    def package(name):
        return modules[name].name == "__init__.py"

    def imports(name, reexports=False):
        """(module, item or None, local name) for each import of a module."""
        tree, base = trees[name], name if package(name) else name.rpartition(".")[0]
        hidden = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
            for part in node.body
            for inner in ast.walk(part)
        }
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for node in ast.walk(tree):
            if id(node) in hidden:
                continue
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, None, alias.asname or alias.name
            elif isinstance(node, ast.ImportFrom):
                up = base.split(".")[: len(base.split(".")) - node.level + 1] if node.level else []
                source = ".".join([*up, *([node.module] if node.module else [])])
                for alias in node.names:
                    local = alias.asname or alias.name
                    if reexports or not package(name) or local in used:
                        yield source, alias.name, local

    def definer(source, item, depth=0):
        """The module that defines an item, behind the facades of packages."""
        if f"{source}.{item}" in modules:
            return f"{source}.{item}"
        if source not in modules or depth > 9:
            return None
        if package(source):
            for deeper, inner, local in imports(source, reexports=True):
                if inner and local == item and deeper in modules:
                    return definer(deeper, inner, depth + 1)
        return source

    for name, tree in trees.items():
        for source, item, local in imports(name):
            if item is None and source in modules and package(source):
                for node in ast.walk(tree):  # `import lomi`, then `lomi.name`
                    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == local:
                        if target := definer(source, node.attr):
                            yield modules[name], modules[target], node.attr
            elif target := definer(source, item):
                yield modules[name], modules[target], item or source
