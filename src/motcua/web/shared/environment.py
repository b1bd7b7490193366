"""The jinja2 environment of every page (named in ``settings.TEMPLATES``)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, MutableMapping
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

import jinja2
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2.environment import TemplateModule
from markupsafe import Markup

from motcua.web.shared import formats
from motcua.web.shared.charts import grouped_bars

GOVUK = "govuk_frontend_jinja/"


class MotcuaTemplate(jinja2.Template):
    """A template whose macros are made once.

    jinja2 looks at every import whether the page was given globals of its own, by way of a ChainMap: a twentieth of a
    small page. Ours never are: everything global stands on the environment.
    """

    def _get_default_module(self, ctx: jinja2.runtime.Context | None = None) -> TemplateModule:
        return super()._get_default_module(None)


class MotcuaEnvironment(jinja2.Environment):
    """Strict for our templates, lenient for the ported govuk macros.

    The macros of govuk-frontend-jinja read optional keys of a dictionary as Nunjucks does, which StrictUndefined
    refuses. They live in their own environment; `{% from "govuk_frontend_jinja/components/…" %}` finds them there.
    Our own components (``components/*.html``) write the same markup at a tenth of the cost: docs/look.md.
    """

    template_class = MotcuaTemplate
    govuk: jinja2.Environment | None = None

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - the name jinja2 gives it
    ) -> jinja2.Template:
        if self.govuk is not None and isinstance(name, str) and name.startswith(GOVUK):
            return self.govuk.get_template(name, parent, globals)
        return super().get_template(name, parent, globals)


@lru_cache(maxsize=8192)
def _translated(language: str | None, message: str) -> Markup:
    return Markup(translation.gettext(message))  # noqa: S704 - our own catalogues, not people's input


def gettext(message: str, **values: Any) -> Markup:
    """`_("…%(name)s…", name=…)` in a page: the translation is trusted, the values are escaped; `%%` is a per cent.

    jinja2's own `_` looks its function up through the context at each call, half the time of a page of words;
    `{% trans %}` still goes that way and means the same.
    """
    text = _translated(translation.get_language(), message)
    return text % values if "%" in text else text


@lru_cache(maxsize=4096)
def _reverse(name: str, args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...]) -> str:
    return reverse(name, args=args, kwargs=dict(kwargs))


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Path of a named route. Routes do not depend on language or host, so each is resolved once."""
    return _reverse(name, args, tuple(sorted(kwargs.items())))


def _when_drawn(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is never worked out at compile time: `{{ "vi" | lang_attr }}` depends on who is reading."""

    @jinja2.pass_context
    @wraps(function)
    def drawn(_context: Any, *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return drawn


def _fingerprint() -> str:
    """What compiled templates depend on besides their text: how filters are called is part of the compiled code."""
    digest = hashlib.sha256(jinja2.__version__.encode())
    for module in (__file__, formats.__file__):
        digest.update(Path(module).read_bytes())
    return digest.hexdigest()[:12]


def _bytecode_cache() -> jinja2.BytecodeCache | None:
    """Compiled templates kept between starts, in the data folder (they are code: nobody else may write there)."""
    folder: Path | None = getattr(settings, "DATA_DIR", None)
    if folder is None:
        return None
    path = folder / "cache" / "templates"
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    # A folder that cannot be written costs a slower start, not a page.
    if not os.access(path, os.W_OK):
        return None
    return jinja2.FileSystemBytecodeCache(str(path), f"%s-{_fingerprint()}.cache")


def environment(**options: Any) -> jinja2.Environment:
    """The environment, from Django's options (loader over the faces' template folders, autoescape, auto_reload)."""
    strict: dict[str, Any] = {
        **options,
        "undefined": jinja2.StrictUndefined,
        "autoescape": True,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": False,
        "cache_size": 1000,
        "bytecode_cache": _bytecode_cache(),
        "extensions": [
            "jinja2.ext.i18n",
            "jinja2.ext.do",
            "jinja2.ext.loopcontrols",
            *options.get("extensions", []),
        ],
    }
    env = MotcuaEnvironment(**strict)
    env.govuk = jinja2.Environment(
        loader=jinja2.PrefixLoader({GOVUK.rstrip("/"): jinja2.PackageLoader("govuk_frontend_jinja")}),
        autoescape=True,
        undefined=jinja2.ChainableUndefined,
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.policies["ext.i18n.trimmed"] = True  # as tools/messages.py extracts
    env.filters.update({name: _when_drawn(function) for name, function in formats.FILTERS.items()})
    env.globals.update(
        _=gettext,
        static=lru_cache(maxsize=512)(static) if not settings.DEBUG else static,
        url=url,
        grouped_bars=grouped_bars,
        # What an error page needs when no context processor could run; the real values come from context.page.
        site={"name": "Motcua", "name_en": "Motcua", "address": "", "phone": "", "email": ""},
        hotline=getattr(settings, "SITE_HOTLINE", "18001096"),
        emblem=getattr(settings, "SITE_EMBLEM", ""),
        lang=settings.LANGUAGE_CODE,
        path="/",
        demo=False,
        actor=None,
        account=None,
        signed_in=False,
        request=None,
        csrf_token="",
        csrf_input="",
    )
    return env
