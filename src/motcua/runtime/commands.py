"""The processes an installation consists of beside its database: what each is given, and how it is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import motcua
from motcua.runtime.folder import DataFolder
from motcua.runtime.ports import free_port, reached_host
from motcua.runtime.services import Service, answers_http, answers_tcp

ROOT = Path(motcua.__file__).resolve().parents[2]
#: In the environment of every child, with the data folder: how a later run knows what an earlier one left.
SUPERVISED = "MOTCUA_SUPERVISED"
_CLIENT_ID = "motcua"


def environment(
    given: Mapping[str, str], folder: DataFolder, *, address: str, shown: str, demo: bool
) -> dict[str, str]:
    """What every child is given: our own environment, the keys, and where things are."""
    env = {
        name: value
        for name, value in given.items()
        if not name.startswith(("PG", "MAKE", "MFLAGS", "MOTCUA_EMBEDDED"))
    }
    defaults = {
        "MOTCUA_BASE_URL": address,
        "MOTCUA_HOSTS": ",".join(dict.fromkeys(["127.0.0.1", "localhost", "[::1]", shown])),
        "DJANGO_SETTINGS_MODULE": "motcua.config.settings",
        **folder.secrets(),
    }
    fixed = {
        "MOTCUA_DATA": str(folder.path),
        "MOTCUA_HEALTH_DIR": str(folder.run),
        "MOTCUA_DEMO": "1" if demo else "0",
        SUPERVISED: str(folder.path),
        "PYTHONUNBUFFERED": "1",
    }
    return {**defaults, **env, **fixed}


def simulators(
    env: dict[str, str], folder: DataFolder, *, host: str, shown: str, address: str
) -> list[Service]:
    """The demo's sign-in provider, mail server and registers, unless the operator named real ones.

    Where each of them is, is written into ``env``.
    """
    services = []
    remembered = folder.remembered_ports()
    ports: dict[str, int] = {}
    if "MOTCUA_OIDC_ISSUER" not in env:
        port = ports["identity"] = free_port(host, remembered.get("identity"))
        env["MOTCUA_OIDC_ISSUER"] = f"http://{shown}:{port}"
        env["MOTCUA_OIDC_CLIENT_ID"] = _CLIENT_ID
        command = [
            sys.executable, "-m", "motcua.simulators.identity_provider",
            "--host", host, "--port", str(port), "--issuer", env["MOTCUA_OIDC_ISSUER"],
            "--client-id", _CLIENT_ID,
            "--redirect-uri", f"{address}/accounts/oidc/login/callback/",
            "--logout-redirect-uri", f"{address}/",
            "--state-dir", str(folder.path / "identity"),
        ]  # fmt: skip
        probe = answers_http(reached_host(host), port, "/.well-known/openid-configuration")
        services.append(_service("identity", command, env, folder, probe))
    if "MOTCUA_SMTP_HOST" not in env:
        port = ports["mail"] = free_port("127.0.0.1", remembered.get("mail"))
        env["MOTCUA_SMTP_HOST"], env["MOTCUA_SMTP_PORT"] = "127.0.0.1", str(port)
        command = [
            sys.executable, "-m", "motcua.simulators.mail_catcher",
            "--smtp-port", str(port), "--dir", str(folder.mail),
        ]  # fmt: skip
        services.append(_service("mail", command, env, folder, answers_tcp("127.0.0.1", port)))
    if "MOTCUA_REGISTERS" not in env:
        port = ports["register"] = free_port("127.0.0.1", remembered.get("register"))
        env["MOTCUA_REGISTERS"] = " ".join(
            f"{key}=http://127.0.0.1:{port}/{key}" for key in ("dan-cu", "bao-hiem", "doanh-nghiep")
        )
        command = [sys.executable, "-m", "motcua.simulators.register", "--port", str(port)]
        probe = answers_http("127.0.0.1", port, "/healthz")
        services.append(_service("register", command, env, folder, probe))
    folder.remember_ports({**remembered, **ports})
    return services


def web_and_worker(env: Mapping[str, str], folder: DataFolder, *, host: str, port: int) -> list[Service]:
    """What serves pages, and what does the jobs."""
    workers = env.get("MOTCUA_WEB_WORKERS") or str(max(2, len(os.sched_getaffinity(0))))
    command = [
        sys.executable, "-m", "granian", "motcua.config.wsgi:application", "--interface", "wsgi",
        "--host", host, "--port", str(port), "--http", "1", "--no-ws",
        "--workers", workers, "--blocking-threads", "2", "--backlog", "2048",
        "--respawn-failed-workers", "--respawn-interval", "1", "--workers-kill-timeout", "8",
        "--log-level", "warning",
    ]  # fmt: skip
    web = _service("web", command, env, folder, answers_http(reached_host(host), port, "/healthz"))
    command = [sys.executable, "-m", "motcua.cli", "worker"]
    # The worker listens nowhere; one that has lasted this long has loaded and reached the database.
    worker = _service("worker", command, env, folder, lambda: worker.running_for(2.0), patience=15.0)
    return [web, worker]


def _service(
    name: str,
    command: list[str],
    env: Mapping[str, str],
    folder: DataFolder,
    answers: Callable[[], bool],
    patience: float = 10.0,
) -> Service:
    return Service(name, command, dict(env), ROOT, folder.logs / f"{name}.log", answers, patience)
