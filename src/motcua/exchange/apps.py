"""App of the room ``exchange``."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "motcua.exchange"
    label = "exchange"

    def ready(self) -> None:
        """A setting that names no register stops the start, not somebody's filing."""
        from motcua.exchange.connectors import connected

        connected(None)
