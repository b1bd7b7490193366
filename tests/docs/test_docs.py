"""The documents tell the truth where a machine can check it: links, names, rooms, drawings, dependencies, images."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "motcua"
DOCS = ROOT / "docs"
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md")],
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
MAX_IMAGE = 150_000

_LINK = re.compile(r"(!?)\[[^\]]*\]\(([^()\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"[\w.\-]+(?:/[\w.\-]+)*/?")
#: What a path in backticks ends with when it means a file or folder of this repository.
_ENDINGS = (".py", ".toml", ".md", ".json", ".lock", ".typ", ".scss", ".html", ".svg", ".yml")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    """The page without its code blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """Anchors of a page's headings, as forges make them."""
    found = set()
    for line in prose(path).splitlines():
        if line.startswith("#"):
            words = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
            found.add(words.replace(" ", "-"))
    return found


@cache
def draw_map() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_map", ROOT / "tools" / "draw_map.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["draw_map"] = module
    spec.loader.exec_module(module)
    return module


@cache
def names_in(path: Path) -> frozenset[str]:
    """What a module defines or assigns at its top."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
    return frozenset(found)


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for _, target in _LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        wanted = (page.parent / file).resolve() if file else page
        if not wanted.exists() or (anchor and wanted.suffix == ".md" and anchor not in anchors(wanted)):
            dead.append(target)
    assert not dead


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=relative)
def test_files_that_are_named_exist(page: Path) -> None:
    missing = []
    for code in _CODE.findall(prose(page)):
        if not _FILE.fullmatch(code) or not code.endswith((*_ENDINGS, "/")) or code.startswith(("DATA", "/")):
            continue
        if "/" not in code or code.split("/")[0] in {"build", "mail", "log", "blobs", "postgres", "run"}:
            continue
        shared = SOURCE / "web" / "shared"
        places = (
            ROOT,
            SOURCE,
            SOURCE.parent,
            DOCS,
            shared,
            shared / "assets",
            SOURCE / "catalogue",
            SOURCE / "eforms",
        )
        places += (SOURCE / "results", SOURCE / "simulators", SOURCE / "identity", SOURCE / "runtime")
        places += (shared / "templates", page.parent)
        if not any((place / code).exists() for place in places):
            missing.append(code)
    assert not missing


def test_functions_that_are_named_exist() -> None:
    """`room.module.name` in the architecture is a name in that module."""
    wrong = []
    for code in _CODE.findall(prose(DOCS / "architecture.md")):
        if not re.fullmatch(r"[a-z_]+(\.[A-Za-z_]+){2,}", code):
            continue
        *module, name = code.split(".")
        path = SOURCE.joinpath(*module).with_suffix(".py")
        if not path.exists() or name not in names_in(path):
            wrong.append(code)
    assert not wrong


def test_every_room_is_described() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    described = "\n".join(line for line in text.splitlines() if line.startswith("### ")) + text
    assert [room for room in draw_map().read_house().rooms if f"`{room}`" not in described] == []


def test_every_module_of_a_domain_room_is_mentioned() -> None:
    """A new module is a new line in the architecture, or it is hidden from newcomers."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    own = {"apps", "__init__"}
    missing = [
        f"{room}/{path.name}"
        for room in draw_map().read_house().layers
        for path in sorted((SOURCE / room).glob("*.py"))
        if path.stem not in own and f"`{room}/{path.name}`" not in text
    ]
    assert not missing


def test_drawings_are_up_to_date() -> None:
    stale = [
        relative(path)
        for path, text in draw_map().drawings().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, "run `python tools/draw_map.py`"


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    front = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    names = {re.split(r"[\[~=<>!; ]", line, maxsplit=1)[0] for line in wanted}
    names |= {*front["dependencies"], *front["devDependencies"]}
    text = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE))
    assert sorted(names - listed) == []
    assert sorted(listed - names) == [], "what has gone must go from the page too"


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    files = sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))
    assert [name for name in files if f"]({name})" not in index] == []
    numbers = [name[:4] for name in files]
    assert len(numbers) == len(set(numbers)), "two decisions have one number"


def test_every_reference_to_a_decision_resolves() -> None:
    """`docs/decisions/0007` in code or documents names a note that exists."""
    known = {path.name[:4] for path in (DOCS / "decisions").glob("0*.md")}
    wrong = [
        f"{relative(path)}: {number}"
        for path in [*SOURCE.rglob("*.py"), *(ROOT / "tools").glob("*.py"), *PAGES]
        for number in re.findall(r"decisions/(\d{4})", path.read_text(encoding="utf-8"))
        if number not in known
    ]
    assert not wrong


def test_the_glossary_names_what_the_code_has() -> None:
    """An identifier in the first table is a class or a field somewhere in the code."""
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    present = text.split("\n## ")[1]
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    wanted = set(
        re.findall(r"`(\w+)`", "\n".join(line.split("|")[1] for line in present.splitlines() if "|" in line))
    )
    assert sorted(word for word in wanted if not re.search(rf"\b{word}\b", code)) == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_nothing_of_a_machine_or_a_registry(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(
        r"(?<![\w.])/(?:work|root|home|Users|tmp/\w)[/\w]*", text.replace("`/root`", "").replace("`/tmp`", "")
    )
    assert not re.search(
        r"(?:pypi[.]org|python[h]osted|registry[.]npmjs|npm[m]irror|localhost:\d+/simple)", text
    )


def test_images_are_small_and_used() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    heavy, unused = [], []
    for path in sorted((DOCS / "images").iterdir()):
        if path.stat().st_size > MAX_IMAGE:
            heavy.append(path.name)
        if f"images/{path.name}" not in text:
            unused.append(path.name)
    assert (heavy, unused) == ([], [])


def test_the_two_readmes_show_the_same() -> None:
    """The same images, commands and accounts in both languages."""

    def facts(path: Path) -> tuple[list[str], list[str]]:
        text = path.read_text(encoding="utf-8")
        images = [target for mark, target in _LINK.findall(text) if mark]
        accounts = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
        return images, accounts

    assert facts(ROOT / "README.md") == facts(ROOT / "README.vi.md")


def test_the_accounts_of_the_readme_exist() -> None:
    document = json.loads((SOURCE / "demo" / "people.json").read_text(encoding="utf-8"))
    people = {person["username"]: person["claims"]["HoVaTen"] for person in document["people"]}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", text, re.MULTILINE)
    assert len(rows) >= 6
    assert [(user, name) for user, name in rows if people.get(user) != name.strip()] == []
    assert document["pin"] in text
