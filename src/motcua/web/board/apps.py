"""App of the room ``web_board``."""

from django.apps import AppConfig


class BoardConfig(AppConfig):
    name = "motcua.web.board"
    label = "web_board"
