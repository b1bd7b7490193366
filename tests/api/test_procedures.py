import json
from typing import Any

import pytest
from django.test import Client

from motcua.catalogue.models import Level

pytestmark = pytest.mark.usefixtures("catalogue")


def get(client: Client, path: str, status: int = 200, **params: str) -> Any:
    response = client.get(f"/api/v1{path}", params)
    assert response.status_code == status, response.content
    assert response["Content-Type"].startswith("application/json")
    return json.loads(response.content)


def test_search_in_rank_order_without_a_key(client: Client) -> None:
    items = get(client, "/procedures", q="dang ki khai sing", limit="5")
    assert len(items) == 5
    assert items[0]["national_code"] == "1.001193"
    assert items[0]["name"] == "Thủ tục đăng ký khai sinh"
    assert items[0]["level"] == "full"
    assert items[0]["audience"] == ["citizen"]
    assert items[0]["url"] == "/procedures/1.001193/"


def test_every_level_is_one_of_the_four(client: Client) -> None:
    assert {item["level"] for item in get(client, "/procedures", limit="100")} <= set(Level.values)


def test_without_words_the_popular_ones_come_first(client: Client) -> None:
    items = get(client, "/procedures")
    assert len(items) == 20
    assert items[0]["national_code"] == "1.001193"


def test_filters(client: Client) -> None:
    items = get(client, "/procedures", q="đăng ký", sector="ho-tich", audience="citizen")
    assert items
    assert {item["sector"] for item in items} == {"Hộ tịch"}
    assert get(client, "/procedures", q="khai sinh", sector="khong-co") == []
    assert get(client, "/procedures", q="zzzz qqqq") == []


@pytest.mark.parametrize(
    "params, name",
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"audience": "cats"}, "audience"),
        ({"q": "a" * 201}, "q"),
        ({"q": "a\x00b"}, "q"),
    ],
)
def test_bad_parameters_are_named(client: Client, params: dict[str, str], name: str) -> None:
    problem = get(client, "/procedures", 422, **params)
    assert problem["code"] == "invalid"
    assert name in problem["message"]


def test_hostile_text_is_only_text(client: Client) -> None:
    for q in (
        "'; DROP TABLE catalogue_procedure; --",
        "<script>alert(1)</script>",
        "%",
        "\\",
        "😀",
        "\u202e",
    ):
        assert isinstance(get(client, "/procedures", q=q), list)


def test_one_procedure(client: Client) -> None:
    document = get(client, "/procedures/1.013225")
    assert [(c["key"], c["term"]["value"]) for c in document["cases"]] == [("house", 15), ("works", 20)]
    assert document["version"] == 1
    assert get(client, "/procedures/1.013225.000.00.00.H56")["national_code"] == "1.013225"


def test_an_index_row_has_no_version(client: Client) -> None:
    document = get(client, "/procedures/1.015027")
    assert (document["version"], document["cases"], document["level"]) == (None, [], "unknown")


def test_no_such_procedure(client: Client) -> None:
    assert get(client, "/procedures/1.999999", 404)["code"] == "not_found"
    assert get(client, "/procedures/khai-sinh", 422)["code"] == "not_a_code"


def test_the_schema_is_served_and_nothing_from_elsewhere(client: Client) -> None:
    schema = get(client, "/openapi.json")
    assert {"/api/v1/procedures", "/api/v1/procedures/{code}"} <= set(schema["paths"])
    assert "cdn" not in json.dumps(schema).lower()
    assert client.get("/api/v1/docs").status_code == 404


def test_only_reading(client: Client) -> None:
    assert client.post("/api/v1/procedures").status_code == 405
