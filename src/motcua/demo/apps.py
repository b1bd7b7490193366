"""App of the room ``demo``."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "motcua.demo"
    label = "demo"

    def ready(self) -> None:
        from django.conf import settings

        if settings.DEMO:
            from motcua.demo import growing  # noqa: F401 - its job registers itself
