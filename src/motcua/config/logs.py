"""Logging: structlog to standard output, one JSON object a line (or plain text for people)."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure(settings: dict[str, Any]) -> None:
    """Django's ``LOGGING_CONFIG``: both structlog and the standard library end in the same lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.get("json", True)
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelName(settings.get("level", "INFO"))
        ),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.get("level", "INFO"))
    # Their INFO lines name every job's arguments and every fetched address.
    for noisy in ("procrastinate", "fontTools", "pyhanko", "urllib3", "django.security.DisallowedHost"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
