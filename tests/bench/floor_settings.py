"""Settings of the floor: the same database and models, and nothing between the socket and the view."""

from motcua.config.settings import *  # noqa: F403

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.bench.floor"
