"""Mounted at ``/api/v1/``."""

from motcua.api.api import api

urlpatterns = api.urls[0]
app_name = api.urls_namespace
