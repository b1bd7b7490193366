"""Find Chromium for the browser tests, or install the system's package of it.

    python tools/chromium.py            prints the path; exit code 1 with what to install otherwise

``MOTCUA_CHROMIUM`` names another one. Nothing is downloaded except through the system's package manager.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
PATHS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find() -> str | None:
    """Path of a Chromium or Chrome that starts, or None."""
    named = os.environ.get("MOTCUA_CHROMIUM")
    for candidate in [named] if named else [*map(shutil.which, NAMES), *PATHS]:
        if candidate and _starts(candidate):
            return candidate
    return None


def _starts(path: str) -> bool:
    # Ubuntu's `chromium-browser` without snap is a script that only says it wants snap.
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def install() -> bool:
    """Install the system's package when that needs no password; whether it worked."""
    if shutil.which("apt-get") is None:
        return False
    before: list[str] = []
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if sudo is None or subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode:
            return False
        before = [sudo, "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [*before, "apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium"]
    print("installing chromium from the system's packages", file=sys.stderr, flush=True)
    if subprocess.run(command, env=env, stdout=sys.stderr, check=False).returncode == 0:
        return True
    # The list of packages may be missing (fresh container) or stale.
    subprocess.run([*before, "apt-get", "update", "--quiet"], env=env, stdout=sys.stderr, check=False)
    return subprocess.run(command, env=env, stdout=sys.stderr, check=False).returncode == 0


def main() -> int:
    found = find() or (install() and find()) or None
    if found is None:
        print(
            "tests: Chromium is missing. Install it and run the same command again:\n"
            "  Debian: apt-get install chromium\n"
            "  Ubuntu: snap install chromium, or Google Chrome's package\n"
            "  Fedora: dnf install chromium\n"
            "  macOS:  brew install --cask chromium\n"
            "or name one: MOTCUA_CHROMIUM=/path/to/chrome make test",
            file=sys.stderr,
        )
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
