"""Every name that a test imports from the project exists, those imported inside a function too.

mypy reads the source only, and a test that imports what has moved is otherwise found by the whole run, at its end.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = ("motcua", "tests", "tools")


def imports(path: Path) -> Iterator[tuple[int, str, str]]:
    """(line, module, name) of each name the file takes from our own modules."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in OURS:
            for alias in node.names:
                yield node.lineno, node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in OURS:
                    yield node.lineno, alias.name, ""


def exists(module: str, name: str) -> bool:
    """Whether ``from module import name`` (or ``import module``, of an empty name) would succeed."""
    try:
        found = importlib.import_module(module)
        if name not in ("", "*") and not hasattr(found, name):
            importlib.import_module(f"{module}.{name}")
    except ImportError:
        return False
    return True


def main() -> int:
    import django

    django.setup()
    missing = [
        f"{path.relative_to(ROOT)}:{line}: {module} has no {name or 'such module'}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for line, module, name in imports(path)
        if not exists(module, name)
    ]
    print("\n".join(missing) or "all that tests import exists")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
