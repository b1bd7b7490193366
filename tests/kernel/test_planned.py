"""Querysets that remember their SQL answer exactly as Django's own, whatever is asked of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.query import ModelIterable
from django.test.utils import CaptureQueriesContext

from motcua.identity.models import Account
from motcua.kernel import planned
from motcua.organisations.models import Agency, Post, Unit

pytestmark = pytest.mark.django_db

Wanted = Callable[[QuerySet[Any]], QuerySet[Any]]


def on(model: type[Any], iterable: type[Any]) -> QuerySet[Any]:
    found = planned.PlannedQuerySet(model)
    found._iterable_class = iterable
    return found


@pytest.fixture(autouse=True)
def province() -> None:
    planned._plans.clear()
    top = Agency.objects.create(code="H56", name="Tỉnh", short_name="Tỉnh", level="province")
    for number in range(3):
        commune = Agency.objects.create(
            code=f"H56.{number}",
            name=f"Xã {number}",
            short_name="Xã",
            level="commune",
            parent=top if number else None,
        )
        for part in ("one-stop", "civil"):
            unit = Unit.objects.create(agency=commune, code=part, name=part, one_stop=part == "one-stop")
            Post.objects.create(
                unit=unit, title=f"{part} {number}", role="one_stop" if unit.one_stop else "head"
            )


SHAPES: dict[str, tuple[type[Any], Wanted]] = {
    "all": (Post, lambda q: q.order_by("id")),
    "filter": (Post, lambda q: q.filter(role="head").order_by("id")),
    "exclude": (Post, lambda q: q.exclude(role="head").order_by("id")),
    "nothing": (Post, lambda q: q.filter(pk__in=[])),
    "none": (Post, lambda q: q.none()),
    "related": (Post, lambda q: q.select_related("unit__agency__parent").order_by("id")),
    "related null": (Agency, lambda q: q.select_related("parent").order_by("-code")),
    "across": (Post, lambda q: q.filter(unit__agency__code__startswith="H56.1").order_by("id")),
    "or": (Post, lambda q: q.filter(Q(role="head") | Q(unit__agency__parent__code="H56")).order_by("id")),
    "in": (Unit, lambda q: q.filter(agency__in=Agency.objects.filter(level="commune")).order_by("id")),
    "slice": (Post, lambda q: q.order_by("-id")[1:3]),
    "reverse": (Post, lambda q: q.order_by("id").reverse()),
    "order across": (Post, lambda q: q.order_by("unit__agency__code", "-title")),
    "order by expression": (Post, lambda q: q.order_by(F("title").desc())),
    "only": (Post, lambda q: q.only("title").order_by("id")),
    "defer": (Post, lambda q: q.select_related("unit").defer("unit__name", "title").order_by("id")),
    "annotated": (Unit, lambda q: q.annotate(many=Count("posts")).order_by("id")),
    "distinct": (
        Agency,
        lambda q: q.filter(units__posts__role__in=["head", "one_stop"]).distinct().order_by("id"),
    ),
    "union": (Post, lambda q: q.filter(role="head").union(q.filter(role="one_stop")).order_by("id")),
    "extra": (Post, lambda q: q.extra(select={"one": "1"}).order_by("id")),
    "compared columns": (Post, lambda q: q.filter(title=F("title")).order_by("id")),
    "json": (Unit, lambda q: q.filter(sectors=[]).order_by("id")),
}


@pytest.mark.parametrize("name", SHAPES)
def test_same_objects_as_django(name: str) -> None:
    model, wanted = SHAPES[name]

    def told(iterable: type[Any]) -> list[dict[str, Any]]:
        """Every attribute of every object, those of related objects and what is deferred included."""

        def tell(thing: Any) -> dict[str, Any]:
            said = {key: value for key, value in vars(thing).items() if key != "_state"}
            cached = {
                key: tell(value) if value is not None else None
                for key, value in thing._state.fields_cache.items()
            }
            return {**said, "cached": cached, "db": thing._state.db, "adding": thing._state.adding}

        return [tell(thing) for thing in wanted(on(model, iterable))]

    expected = told(ModelIterable)
    assert told(planned.PlannedIterable) == expected
    assert told(planned.PlannedIterable) == expected, "the second time, from the plan"


def test_values_are_not_part_of_the_plan() -> None:
    assert [post.title for post in on(Post, planned.PlannedIterable).filter(title="civil 1")] == ["civil 1"]
    assert [post.title for post in on(Post, planned.PlannedIterable).filter(title="civil 2")] == ["civil 2"]
    assert len(planned._plans) == 1


def test_neither_slices_nor_locks_nor_columns_share_a_plan() -> None:
    base = on(Post, planned.PlannedIterable).order_by("id")
    assert [len(base[:1]), len(base[:4]), len(base)] == [1, 4, 6]
    assert [post.get_deferred_fields() for post in base.only("title")[:1]] == [
        {"unit_id", "role", "title_en"}
    ]
    with transaction.atomic(), CaptureQueriesContext(connection) as said:
        list(base.select_for_update(of=("self",)))
        list(base.select_for_update(skip_locked=True))
        list(base.all())
    assert [
        "FOR UPDATE OF" in said[0]["sql"],
        "SKIP LOCKED" in said[1]["sql"],
        "FOR UPDATE" in said[2]["sql"],
    ] == [
        True,
        True,
        False,
    ]


def test_a_lock_outside_a_transaction_is_refused_also_with_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = on(Post, planned.PlannedIterable).select_for_update()
    assert len(wanted.all()) == 6
    monkeypatch.setattr(connection, "get_autocommit", lambda: True)
    with pytest.raises(transaction.TransactionManagementError):
        list(wanted.all())


def test_related_sets_know_whose_they_are() -> None:
    """``unit.posts.all()`` gives posts that hold the very unit they were asked of, without a query."""
    unit = Unit.objects.all()[0]
    posts = unit.posts.all()
    posts._iterable_class = planned.PlannedIterable
    (post,) = posts
    assert post.unit is unit


def test_encrypted_columns_open_and_defer() -> None:
    Account.objects.create(subject="t|1", full_name="Lan", citizen_id="038190000001", claims='{"a": 1}')
    for _ in range(2):
        account = Account.objects.defer("claims").get(subject="t|1")
        assert account.citizen_id == "038190000001"
        assert account.get_deferred_fields() == {"claims"}
        assert account.claims == '{"a": 1}'


def test_iterator_goes_djangos_own_way() -> None:
    assert len(list(on(Post, planned.PlannedIterable).iterator(chunk_size=2))) == 6
    assert not planned._plans


def test_a_query_by_key_answers_as_its_queryset_for_every_value() -> None:
    kept = planned.ByKey(
        lambda code: Agency.objects.select_related("parent").filter(
            Q(parent=None) | Q(parent__code="H56"), code=code
        ),
        blank="-",
    )
    for code in ("H56", "H56.0", "H56.1", "H56.2", "nowhere", "H56"):
        with CaptureQueriesContext(connection) as asked:
            found = kept.first(code)
        assert found == Agency.objects.filter(code=code).first()
        assert found is None or found.code == code
        assert len(asked) == 1
        if found is not None and found.parent_id:
            with CaptureQueriesContext(connection) as asked:
                assert found.parent is not None
            assert not asked.captured_queries


def test_a_query_by_key_that_can_find_nothing_asks_nothing() -> None:
    kept = planned.ByKey(lambda key: Agency.objects.none().filter(pk=key))
    with CaptureQueriesContext(connection) as asked:
        assert kept.first(1) is None
    assert not asked.captured_queries


def test_a_query_by_key_has_to_ask_for_its_value() -> None:
    with pytest.raises(ValueError, match="open value"):
        planned.ByKey(lambda key: Agency.objects.filter(code="H56")).first(1)


def test_a_query_by_key_locks_inside_a_transaction_only(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = planned.ByKey(lambda key: Agency.objects.select_for_update().filter(pk=key))
    pk = Agency.objects.values_list("pk", flat=True).first() or 0
    with CaptureQueriesContext(connection) as asked:
        assert kept.first(pk) is not None
    assert "FOR UPDATE" in asked.captured_queries[0]["sql"]
    monkeypatch.setattr(connection, "get_autocommit", lambda: True)
    with pytest.raises(transaction.TransactionManagementError):
        kept.first(pk)
