"""The last app to be ready: by then every room exists, and the wiring between them can be made."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "motcua.config"
    label = "config"

    def ready(self) -> None:
        from motcua.config import wiring

        wiring.connect()
