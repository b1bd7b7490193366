"""The provider's pages. Vietnamese only, no script, plainly marked as a simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from motcua.simulators.identity_provider.people import GROUPS, Cast

_FOLDER = Path(__file__).parent / "templates"
_ENVIRONMENT = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)
_GROUP_NAMES = {
    "citizen": "Công dân",
    "business": "Hộ kinh doanh và doanh nghiệp",
    "staff": "Cán bộ, công chức",
}

STYLE = (_FOLDER / "style.css").read_bytes()


def _render(template: str, **context: Any) -> bytes:
    return _ENVIRONMENT.get_template(template).render(**context).encode()


def _groups(cast: Cast) -> list[tuple[str, list[Any]]]:
    return [(_GROUP_NAMES[name], list(cast.group(name))) for name in GROUPS]


def home(cast: Cast) -> bytes:
    """Who there is, for somebody who opens the provider's own address."""
    return _render("home.html", groups=_groups(cast), pin=cast.pin)


def sign_in(cast: Cast, request: str, chosen: str = "", error: str = "") -> bytes:
    """The form: ``request`` names the pending authorization request, ``chosen`` keeps what was picked."""
    return _render(
        "sign_in.html", groups=_groups(cast), pin=cast.pin, request=request, chosen=chosen, error=error
    )


def problem(text: str) -> bytes:
    """One sentence about what cannot be done."""
    return _render("problem.html", text=text)


def signed_out() -> bytes:
    """After signing out with nowhere to go back to."""
    return _render("signed_out.html")
