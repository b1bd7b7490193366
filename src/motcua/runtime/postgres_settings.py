"""Server settings of the embedded PostgreSQL, scaled to the machine it runs on."""

from __future__ import annotations

import os
from pathlib import Path

_MIB = 1024 * 1024


def memory() -> int:
    """Bytes of memory we may use: the machine's, or the container's when that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        try:
            total = min(total, int(limit.read_text()))
        except (OSError, ValueError):
            continue
    return total


def settings(
    major: int, socket: Path | None, *, durable: bool, available: int | None = None
) -> dict[str, str]:
    """Settings given on the command line, so that an older cluster gets today's ones too.

    ``available``: bytes of memory to plan for; default what this machine has.
    """
    available = memory() if available is None else available
    shared = max(32, min(1024, available // _MIB // 4))
    values = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{socket}"',
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(64, available // _MIB // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(32, min(256, shared // 4))}MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        # Statements and the values in them are people's data: they never reach a log, not even in an error.
        "log_statement": "none",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length_on_error": "0",
        # A lock that is waited for longer than this is worth a line.
        "log_lock_waits": "on",
        "idle_in_transaction_session_timeout": "5min",
    }
    if major >= 18:
        values["io_method"] = "sync" if available < 1024 * _MIB else "worker"
    if _small_dev_shm():
        # Containers get 64 MB of /dev/shm; a parallel query that does not fit there fails.
        values["dynamic_shared_memory_type"] = "mmap"
    if not durable:
        values |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
        }
    return values


def _small_dev_shm() -> bool:
    try:
        state = os.statvfs("/dev/shm")  # noqa: S108 - only asked for its size
    except OSError:
        return True
    return state.f_blocks * state.f_frsize < 256 * _MIB
