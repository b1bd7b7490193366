"""Write ``requirements/*.lock``: every package with version and hashes, no registry addresses.

    python tools/lock.py [--upgrade]

Without ``--upgrade`` packages keep their locked version unless ``pyproject.toml`` no longer allows it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "bootstrap.lock": ["requirements/bootstrap.in"],
    "base.lock": ["pyproject.toml"],
    "dev.lock": ["pyproject.toml", "requirements/build.in", "--extra", "dev"],
}


def main(argv: list[str]) -> int:
    uv = Path(sys.executable).parent / "uv"
    for name, sources in LOCKS.items():
        command = [
            str(uv), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes",
            "--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links",
            *argv, *sources, "--output-file", f"requirements/{name}",
        ]  # fmt: skip
        environment = {"UV_SYSTEM_CERTS": "1", **os.environ, "UV_PYTHON_DOWNLOADS": "never"}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        if done.returncode:
            print(f"requirements/{name} was not written", file=sys.stderr)
            return 1
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        if "://" in text:
            print(f"requirements/{name} names an address; nobody should commit it", file=sys.stderr)
            return 1
        print(f"requirements/{name}: {sum('==' in line for line in text.splitlines())} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
