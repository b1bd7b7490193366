"""Identifiers that sort by time (RFC 9562 UUID version 7), made here because PostgreSQL 15 has none."""

from __future__ import annotations

import secrets
import time
import uuid


def uuid7(milliseconds: int | None = None) -> uuid.UUID:
    """A UUIDv7; ``milliseconds`` since the epoch may be given (demo data of the past, tests)."""
    stamp = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    value = (stamp & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)
