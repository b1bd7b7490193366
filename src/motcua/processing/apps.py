"""App of the room ``processing``."""

from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    name = "motcua.processing"
    label = "processing"
