"""The last app to be ready: by then every room exists, and the wiring between them can be made."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "motcua.config"
    label = "config"

    def ready(self) -> None:
        from django.conf import settings

        from motcua.config import wiring
        from motcua.results.signing import current_signer

        wiring.connect()
        if not settings.DEMO:
            # No installation in service starts with a signer whose signatures mean nothing, or one it has not.
            current_signer()
