"""App of the room ``programme``."""

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "motcua.programme"
    label = "programme"
