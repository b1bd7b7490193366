"""Querysets that remember the SQL of their shape.

Django builds the SQL of a queryset anew each time: for a dossier with four related rows about 1.5 ms of Python, twice
what PostgreSQL and the driver need to answer. All of it depends on the shape of the query alone. This iterable builds
only the WHERE of a query, which holds every value, and takes the rest (columns, joins, order, how rows become objects)
from the first query of the same shape. docs/performance.md has the figures.

Nothing else changes: the same rows, the same objects, lazily as ever. What it does not understand (annotations, unions,
``extra``, ``iterator()`` …) goes Django's own way, and so does every ``values()``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.query import Query
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=models.Model)

#: More shapes than the code base has queries would mean a query whose text holds values.
MAX_PLANS = 2000


@dataclass(frozen=True, slots=True)
class Plan:
    """SQL of a shape, and how its rows become objects."""

    sql: str
    model: type[models.Model]
    names: list[str]
    start: int
    stop: int
    populators: list[Any]
    convert: Callable[[Any, Any], Iterator[Any]] | None
    """Rows and connection to rows with the fields' ``from_db_value`` applied; None where no field has one."""


_plans: dict[Hashable, Plan] = {}


def _plain(query: Any) -> bool:
    """Whether a query's shape is told by :func:`_shape` alone."""
    return (
        query.default_cols
        and not query.annotations
        and not query.extra
        and not query.extra_tables
        and not query.extra_order_by
        and not query.combinator
        and not query.distinct
        and not query.values_select
        and not query._filtered_relations
        and query.group_by is None
        and query.explain_info is None
        and all(isinstance(name, str) for name in query.order_by)
    )


def _shape(query: Any, where: str) -> Hashable:
    joins = tuple(
        (alias, getattr(join, "join_type", None), query.alias_refcount[alias])
        for alias, join in query.alias_map.items()
    )
    return (
        query.model,
        where,
        joins,
        str(query.select_related),
        frozenset(query.deferred_loading[0]),
        query.deferred_loading[1],
        query.order_by,
        query.default_ordering,
        query.standard_ordering,
        query.low_mark,
        query.high_mark,
        query.select_for_update,
        query.select_for_update_nowait,
        query.select_for_update_skip_locked,
        query.select_for_update_of,
        query.select_for_no_key_update,
    )


def _build(query: Query, using: str) -> tuple[Plan, tuple[Any, ...]]:
    """The plan of a query and the values its SQL takes."""
    compiler = cast(Any, query.get_compiler(using=using))
    sql, params = compiler.as_sql()
    info = compiler.klass_info
    fields = info["select_fields"]
    start, stop = fields[0], fields[-1] + 1
    # By position: the converting functions and the column's expression, which they are given.
    converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])

    def convert(rows: Any, connection: Any) -> Iterator[Any]:
        for row in map(list, rows):
            for at, (functions, expression) in converters.items():
                for function in functions:
                    row[at] = function(row[at], expression, connection)
            yield row

    plan = Plan(
        sql=sql,
        model=info["model"],
        names=[column[0].target.attname for column in compiler.select[start:stop]],
        start=start,
        stop=stop,
        populators=cast(Any, get_related_populators)(info, compiler.select, using),
        convert=convert if converters else None,
    )
    return plan, tuple(params)


class PlannedIterable(ModelIterable):  # type: ignore[type-arg]  # generic in its stubs alone
    """``ModelIterable`` with the plans above."""

    def __iter__(self) -> Iterator[Any]:
        queryset: Any = self.queryset
        query, using = queryset.query, queryset.db
        connection = connections[using]
        # Django refuses a lock outside a transaction while it builds the SQL: let it.
        unlocked = query.select_for_update and connection.get_autocommit()
        if self.chunked_fetch or unlocked or not _plain(query):
            return super().__iter__()
        compiler: SQLCompiler = query.get_compiler(using=using)
        try:
            where, params = compiler.compile(query.where) if query.where else ("", ())
        except EmptyResultSet:
            return iter(())
        except FullResultSet:
            where, params = "", ()
        shape = (using, _shape(query, where))
        plan = _plans.get(shape)
        if plan is None:
            plan, values = _build(query.clone(), using)
            if len(values) != len(params):  # a value outside the WHERE: this shape cannot be reused
                return super().__iter__()
            if len(_plans) >= MAX_PLANS:
                _plans.clear()
            _plans[shape] = plan
        known = [
            (field, objects, attrgetter(*_own_names(queryset.model, field)))
            for field, objects in queryset._known_related_objects.items()
        ]
        return _objects(plan, params, connection, known)


def _objects(
    plan: Plan, params: Sequence[Any], connection: Any, known: Sequence[tuple[Any, Any, Any]] = ()
) -> Iterator[Any]:
    """Asks, and makes the rows objects; ``known``: what the queryset's own row is to them."""
    with connection.cursor() as cursor:
        cursor.execute(plan.sql, params)
        rows: Any = cursor.fetchall()
    if plan.convert is not None:
        rows = plan.convert(rows, connection)
    from_db: Any = plan.model.from_db
    for row in rows:
        made = from_db(connection.alias, plan.names, row[plan.start : plan.stop])
        for populator in plan.populators:
            populator.populate(row, made)
        for field, objects, key in known:
            if not field.is_cached(made) and key(made) in objects:
                setattr(made, field.name, objects[key(made)])
        yield made


def _own_names(model: type[models.Model], field: Any) -> list[str]:
    return [
        field.attname
        if name == "self"
        else cast("models.Field[Any, Any]", model._meta.get_field(name)).attname
        for name in field.from_fields
    ]


class PlannedQuerySet(models.QuerySet[M]):
    """A queryset of rows that are read on every request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._iterable_class = PlannedIterable


class ByKey(Generic[M]):
    """A queryset of which one value is left open: ``ByKey(lambda code: Dossier.objects.filter(code=code))``.

    Nothing is built when it is asked, neither the queryset nor its WHERE. The value has to be what the column takes (an
    ``int`` for a key, a ``str`` for a code). ``blank`` stands in its place while the SQL is made: of the same kind,
    and nothing that the queryset holds besides.
    """

    def __init__(self, make: Callable[[Any], models.QuerySet[M]], blank: int | str = 2**62 - 57) -> None:
        self._make, self._blank = make, blank
        self._kept: tuple[Plan, list[Any], list[int], bool] | None = None

    def first(self, value: int | str) -> M | None:
        """The first row, or None."""
        connection = connections[DEFAULT_DB_ALIAS]
        kept = self._kept = self._kept or self._build()
        if kept is None:
            return next(iter(self._make(value)), None)
        plan, params, places, locks = kept
        if locks and connection.get_autocommit():
            raise TransactionManagementError("A row is locked inside a transaction.")
        given = params.copy()
        for place in places:
            given[place] = value
        return next(_objects(plan, given, connection), None)

    def _build(self) -> tuple[Plan, list[Any], list[int], bool] | None:
        """The plan, its values and where the open one is; None where there is nothing to be asked."""
        queryset: Any = self._make(self._blank)
        try:
            plan, values = _build(queryset.query, DEFAULT_DB_ALIAS)
        except EmptyResultSet:
            return None
        places = [place for place, value in enumerate(values) if value == self._blank]
        if not places:
            raise ValueError("The open value is not among those of the query.")
        return plan, list(values), places, bool(queryset.query.select_for_update)
