"""``python -m motcua.simulators.identity_provider``: the provider as a process of its own."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from motcua.simulators.identity_provider.http import Server
from motcua.simulators.identity_provider.people import Cast, PeopleError
from motcua.simulators.identity_provider.provider import Client, Fail, IdentityProvider

DEFAULT_PEOPLE = Path(__file__).resolve().parents[2] / "demo" / "people.json"


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m motcua.simulators.identity_provider", description=__doc__
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--issuer", help="default: http://HOST:PORT")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret-env", default="MOTCUA_OIDC_CLIENT_SECRET", metavar="NAME")
    parser.add_argument(
        "--redirect-uri", action="append", required=True, help="exact; may be given several times"
    )
    parser.add_argument("--logout-redirect-uri", action="append", default=[])
    parser.add_argument("--people", type=Path, default=DEFAULT_PEOPLE)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--fail", type=Fail, choices=list(Fail), help="behave like a provider on a bad day")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 0 then, 2 with a sentence when it cannot start."""
    options = arguments(argv)
    secret = os.environ.get(options.client_secret_env, "")
    if not secret:
        sys.stderr.write(f"identity-provider: {options.client_secret_env} holds no client secret.\n")
        return 2
    try:
        provider = IdentityProvider(
            issuer=options.issuer or f"http://{options.host}:{options.port}",
            client=Client(
                options.client_id,
                secret,
                frozenset(options.redirect_uri),
                frozenset(options.logout_redirect_uri),
            ),
            cast=Cast.load(options.people),
            state_dir=options.state_dir,
            fail=options.fail,
        )
        server = Server(options.host, options.port, provider)
    except (PeopleError, OSError) as error:
        sys.stderr.write(f"identity-provider: {error}\n")
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for serve_forever(), which runs in this very thread.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stderr.write(
        f"identity-provider: ready at {provider.issuer} for {len(provider.cast.people)} people\n"
    )
    with server:
        server.serve_forever(poll_interval=0.2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
