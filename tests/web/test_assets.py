"""The static files: contrasts hold, nothing of another state is in them, and a first visit is light."""

import gzip
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from django.template import engines

from tests.web.samples import home

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "build" / "static"
ASSETS = ROOT / "src" / "motcua" / "web" / "shared" / "assets"
FIRST_VISIT = 40_000

built = pytest.mark.skipif(
    not (STATIC / "css" / "motcua.css").exists(), reason="run `python tools/build_assets.py`"
)


@pytest.fixture(scope="module")
def build_assets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_assets", ROOT / "tools" / "build_assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_contrast_is_that_of_wcag(build_assets: ModuleType) -> None:
    assert build_assets.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert build_assets.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_our_palette_holds_what_it_promises(build_assets: ModuleType) -> None:
    palettes = build_assets.read_tokens(ASSETS / "tokens.toml")
    assert palettes["light"].keys() == palettes["dark"].keys()


def test_a_palette_too_pale_to_read_is_refused_by_name(build_assets: ModuleType, tmp_path: Path) -> None:
    pale = tmp_path / "pale.toml"
    source = (ASSETS / "tokens.toml").read_text(encoding="utf-8")
    pale.write_text(source.replace('action = "#0b6b3a"', 'action = "#6fbf8f"'), encoding="utf-8")
    with pytest.raises(build_assets.BuildError, match="light: paper on action is 2"):
        build_assets.read_tokens(pale)


def test_a_missing_palette_is_a_sentence(build_assets: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(build_assets.BuildError, match="There is no tokens file"):
        build_assets.read_tokens(tmp_path / "none.toml")


def test_the_lock_names_no_host() -> None:
    assert "resolved" not in (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert (ROOT / ".npmrc").read_text(encoding="utf-8").split() == ["omit-lockfile-registry-resolved=true"]


@pytest.mark.parametrize("path", sorted((ASSETS / "js").glob("*.js")), ids=lambda path: path.name)
def test_a_script_imports_only_what_is_there_and_writes_no_html(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for name in re.findall(r'from "\./([^"]+)"', source):
        assert (path.parent / name).exists()
    # Text goes into pages as text: no way for a file name or an answer to become markup.
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", source
    )


@built
def test_no_crown_no_font_of_another_state() -> None:
    css = (STATIC / "css" / "motcua.css").read_text(encoding="utf-8")
    assert "GDS" not in css
    assert "crown" not in css
    assert "@import" not in css
    for address in re.findall(r"url\(([^)]+)\)", css):
        name = address.strip("\"'")
        if not name.startswith("data:"):
            assert (STATIC / "css" / name).resolve().exists(), name


@built
def test_a_first_visit_to_the_home_page_is_light() -> None:
    html = engines["jinja2"].env.get_template("portal/home.html").render(**home())
    scripts = set(re.findall(r'/static/js/([\w-]+?)(?:\.[0-9a-f]{12})?\.js"', html)) | {"net"}
    files = [STATIC / "css" / "motcua.css", *(STATIC / "js" / f"{name}.js" for name in scripts)]
    total = len(gzip.compress(html.encode())) + sum(len(gzip.compress(path.read_bytes())) for path in files)
    assert total <= FIRST_VISIT
