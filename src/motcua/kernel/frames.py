"""Room for the frames of a request.

CPython (3.11 to 3.13) keeps the frames of Python functions in chunks of 16 KB and gives a chunk back when its first frame
ends (``_PyThreadState_PopFrame``). Where a loop happens to call at the end of a chunk, each call maps and unmaps memory: a
page of 300 questions took 25 ms or 90, by how deep below it the middleware was. A frame wider than any chunk makes one of
512 KB, of which it leaves half to all that it calls.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")

#: Words of 8 bytes: just over 256 KB, so that the chunk is the next power of two.
_WIDE = 33_000


def with_room(function: Callable[P, R]) -> Callable[P, R]:
    """The function, called from a frame that makes room for a few thousand below it."""

    def roomy(*given: P.args, **named: P.kwargs) -> R:
        return function(*given, **named)

    code: CodeType = roomy.__code__
    cast(Any, roomy).__code__ = code.replace(co_stacksize=_WIDE)
    return roomy
