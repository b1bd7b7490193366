"""What databases hold, from the list of replaced papers: names of papers, and which database has which."""

from __future__ import annotations

import pytest

from motcua.catalogue.known_data import known_data, names_in
from motcua.identity.claims import KEPT
from motcua.kernel.text import fold


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ("Giấy chứng nhận đăng ký doanh nghiệp", ("Giấy chứng nhận đăng ký doanh nghiệp",)),
        ("Thẻ căn cước công dân, Chứng minh nhân dân", ("Căn cước công dân", "Chứng minh nhân dân")),
        ("- Bản sao chứng minh nhân dân, căn cước công dân của người chết;", ("Chứng minh nhân dân", "Căn cước công dân")),
        ("Bản sao có chứng thực Giấy chứng nhận đăng ký doanh nghiệp", ("Giấy chứng nhận đăng ký doanh nghiệp",)),
        ("c) Bản sao Giấy khai sinh", ("Giấy khai sinh",)),
        ("Giấy tờ chứng minh có địa điểm hợp pháp (Giấy chứng nhận quyền sử dụng đất)", ("Giấy chứng nhận quyền sử dụng đất",)),
        ("Bản sao được chứng thực từ giấy khai sinh hoặc trích lục khai sinh", ("Giấy khai sinh", "Trích lục khai sinh")),
        ("Giấy tờ, tài liệu chứng minh việc ly hôn", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_papers_that_a_row_names(document, names):
    assert names_in(document) == names


def test_each_paper_is_in_one_database():
    papers = {paper.name: paper.database for paper in known_data().papers}
    assert papers["Giấy chứng nhận đăng ký doanh nghiệp"] == "Cơ sở dữ liệu quốc gia về đăng ký doanh nghiệp"
    assert papers["Căn cước công dân"] == "Cơ sở dữ liệu quốc gia về dân cư"
    assert papers["Giấy phép lái xe"] == "Cơ sở dữ liệu giấy phép lái xe"
    assert all(database.count("Cơ sở dữ liệu") == 1 for database in papers.values())
    assert not any(paper.here for paper in known_data().papers)
    assert len({fold(name) for name in papers}) == len(papers)


def test_a_procedure_of_the_list_has_its_own_with_the_article():
    here = {paper.name: paper for paper in known_data("2.002093").papers if paper.here}
    assert here["Giấy chứng nhận đăng ký doanh nghiệp"].basis == (
        "Điểm b khoản 1 Điều 10, Nghị định số 113/2017/NĐ-CP"
    )
    both = {paper.name: paper.database for paper in known_data("2.000309").papers if paper.here}
    assert both == {
        "Giấy chứng nhận đăng ký doanh nghiệp": "Cơ sở dữ liệu quốc gia về đăng ký doanh nghiệp",
        "Căn cước công dân": "Cơ sở dữ liệu quốc gia về dân cư",
    }


def test_a_procedure_that_is_not_in_the_list_has_what_is_known_in_general():
    assert known_data("9.999999") == known_data()
    assert known_data().claims == frozenset(KEPT)
