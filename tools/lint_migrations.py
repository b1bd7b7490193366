"""Are all models in a migration, and is no migration dangerous for people who are filing meanwhile?

A first migration makes new tables, which nobody waits for; every later one is read as SQL for what locks a
table for long or breaks the release that is still running (a column dropped, renamed, or NOT NULL without
a default). Needs a PostgreSQL to ask for that SQL and brings the tests' one.
"""

from __future__ import annotations

import sys

from motcua.runtime import testing
from motcua.runtime.errors import CannotRun

#: Migrations that the linter minds and people have judged, with the reason.
JUDGED = {
    # A looser uniqueness takes the place of a stricter one: what is running keeps the stricter one.
    "0004_slip_an_event",
}


def main() -> int:
    try:
        testing.start()
    except CannotRun as error:
        print(error, file=sys.stderr)
        return 1
    try:
        import django

        django.setup()
        return _missing() or _dangerous()
    finally:
        testing.stop()


def _missing() -> int:
    from django.core.management import call_command

    try:
        call_command("makemigrations", check=True, dry_run=True, interactive=False)
    except SystemExit:
        print("Models have changed without a migration: .venv/bin/motcua makemigrations", file=sys.stderr)
        return 1
    return 0


def _dangerous() -> int:
    from django.apps import apps
    from django_migration_linter import MigrationLinter

    ours = [config.label for config in apps.get_app_configs() if config.name.startswith("motcua.")]
    linter = MigrationLinter(
        include_apps=[label for label in ours if apps.get_app_config(label).models_module],
        ignore_initial_migrations=True,
        ignore_name=JUDGED,
        no_cache=True,
        quiet=["ok", "ignore"],
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return 1 if linter.has_errors else 0


if __name__ == "__main__":
    sys.exit(main())
