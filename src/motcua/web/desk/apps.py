"""App of the room ``web_desk``."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "motcua.web.desk"
    label = "web_desk"
