"""App of the room ``web_programme``."""

from django.apps import AppConfig


class WebProgrammeConfig(AppConfig):
    name = "motcua.web.programme"
    label = "web_programme"
