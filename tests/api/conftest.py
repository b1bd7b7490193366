"""The API reads the same catalogue as the portal."""

from tests.catalogue.conftest import catalogue, imported

__all__ = ["catalogue", "imported"]
