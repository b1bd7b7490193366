"""``make check``: everything that can be said about the code without running it.

    python tools/check.py [NAME …]      all checks, or the named ones

One line per check; of a failed one also what it said. All run, so that one round shows all there is to do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
# The settings have to load; of a database only the migrations' check wants one, and brings it.
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "motcua.config.settings",
    "MOTCUA_DEMO": "1",
    "MOTCUA_SECRET_KEY": "demo-check",
    "MOTCUA_FIELD_KEYS": "1:demo-check",
    "MOTCUA_INDEX_KEY": "demo-check",
    "MOTCUA_OIDC_ISSUER": "http://127.0.0.1:8001",
    "MOTCUA_OIDC_CLIENT_ID": "motcua",
    "MOTCUA_OIDC_CLIENT_SECRET": "demo-check",
    "MOTCUA_LOG_LEVEL": "WARNING",
    "MOTCUA_DATA": str(ROOT / "build" / "check-data"),
}


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


CHECKS: dict[str, list[str]] = {
    "style": [str(BIN / "ruff"), "check", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "types": [str(BIN / "mypy")],
    "imports": [str(BIN / "lint-imports"), "--no-logo"],
    "migrations": python("tools/lint_migrations.py"),
    "templates": [str(BIN / "djlint"), "src/motcua", "--lint", "--quiet"],
    "translations": python("tools/messages.py", "check"),
    "tests": python("tools/lint_tests.py"),
}


def main(names: list[str]) -> int:
    unknown = set(names) - CHECKS.keys()
    if unknown:
        print(
            f"check: there is no {', '.join(sorted(unknown))}; there are: {', '.join(CHECKS)}",
            file=sys.stderr,
        )
        return 2
    environment = {**os.environ, **SETTINGS}
    failed = []
    for name in names or CHECKS:
        begin = time.monotonic()
        done = subprocess.run(
            CHECKS[name], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        word = "failed" if done.returncode else "ok"
        print(f"{name:17} {word:7} {time.monotonic() - begin:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(
                "\n".join(f"    {line}" for line in (done.stdout + done.stderr).strip().splitlines()),
                flush=True,
            )
    if failed:
        print(f"check: {', '.join(failed)} failed", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
