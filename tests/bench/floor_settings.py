"""Settings of the floor: the same database and models, and nothing between the socket and the view."""

from motcua.config import settings as _real
from motcua.config.settings import *  # noqa: F403 - settings on top of settings

# allauth refuses to start without its middleware.
INSTALLED_APPS = [app for app in _real.INSTALLED_APPS if not app.startswith("allauth")]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.bench.floor"
