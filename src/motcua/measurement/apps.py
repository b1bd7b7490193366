"""App of the room ``measurement``."""

from django.apps import AppConfig


class MeasurementConfig(AppConfig):
    name = "motcua.measurement"
    label = "measurement"
