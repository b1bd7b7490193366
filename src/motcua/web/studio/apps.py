"""App of the room ``web_studio``."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "motcua.web.studio"
    label = "web_studio"
