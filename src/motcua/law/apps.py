"""App of the room ``law``."""

from django.apps import AppConfig


class LawConfig(AppConfig):
    name = "motcua.law"
    label = "law"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - registers the start-up check
