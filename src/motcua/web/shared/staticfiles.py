"""Static files under names that hold their hash, compressed once, cached by browsers for ever."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Hashed names also inside our ES modules, so that an import never finds yesterday's file."""

    support_js_module_import_aggregation = True
    manifest_strict = True
