"""The field types. Every module of this package that has a `TYPES` tuple is found: adding a type touches one file."""

from __future__ import annotations

import importlib
import pkgutil

from motcua.eforms.fields.base import FieldType
from motcua.kernel.registry import Registry


def load_field_types() -> Registry[FieldType]:
    """A fresh registry of every field type of this package. Raises AlreadyRegistered when two share a key."""
    registry: Registry[FieldType] = Registry("field types")
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        for kind in getattr(importlib.import_module(f"{__name__}.{module.name}"), "TYPES", ()):
            registry.register(kind)
    return registry


FIELD_TYPES = load_field_types()
