"""What is wrong with a definition, in words for its author, and where that is. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from motcua.eforms.choices import Text
from motcua.eforms.compiled import Problem

WORDS: Mapping[str, Text] = {
    "bad_shape": Text("Nội dung không đúng cấu trúc: {detail}.", "Not of the right shape: {detail}."),
    "unknown_option": Text("Không có thuộc tính “{detail}”.", "There is no setting “{detail}”."),
    "no_key": Text("Biểu mẫu chưa có mã.", "The form has no key."),
    "no_title": Text("Chưa có tên.", "There is no title."),
    "no_sections": Text("Biểu mẫu chưa có phần nào. Thêm phần đầu tiên.", "The form has no part yet. Add the first one."),
    "no_fields": Text("Phần này chưa có câu hỏi nào. Thêm câu hỏi hoặc bỏ phần.", "This part asks nothing yet. Add a question or remove the part."),
    "no_label": Text("Chưa có lời hỏi.", "There is no wording."),
    "too_many_fields": Text("Biểu mẫu có {detail} câu hỏi, quá số cho phép là 500.", "The form has {detail} questions; at most 500 are allowed."),
    "duplicate_id": Text("Mã “{detail}” dùng hai lần.", "The id “{detail}” is used twice."),
    "bad_id": Text("Mã “{detail}” chỉ được gồm chữ thường không dấu, chữ số và gạch dưới, bắt đầu bằng chữ.", "The id “{detail}” may have small letters without marks, digits and underscores only, and begins with a letter."),
    "unknown_type": Text("Không có kiểu câu hỏi “{detail}”.", "There is no type of question “{detail}”."),
    "unknown_reference": Text("Không có danh mục “{detail}”.", "There is no list “{detail}”."),
    "bad_option": Text("Mỗi lựa chọn cần có mã và lời: {detail}.", "An option needs a code and a wording: {detail}."),
    "bad_setting": Text("Thuộc tính chưa đúng: {detail}.", "A setting is not right: {detail}."),
    "bad_condition": Text("Điều kiện viết sai: {detail}.", "The condition is wrong: {detail}."),
    "condition_inside": Text("Cột của danh sách không dùng được điều kiện.", "A column can't have conditions."),
    "condition_value": Text("Điều kiện so với lựa chọn không có: {detail}.", "A condition compares with an option there is not: {detail}."),
    "condition_type": Text("Điều kiện so sánh hai loại câu trả lời khác nhau: {detail}.", "A condition compares answers of different kinds: {detail}."),
    "unknown_field": Text("Nhắc đến câu hỏi “{detail}” không có trong biểu mẫu.", "Names a question “{detail}” that is not in the form."),
    "officer_field": Text("Phụ thuộc vào “{detail}”, câu chỉ cán bộ điền sau khi nộp.", "Hangs on “{detail}”, which an official fills in after filing."),
    "cycle": Text("Các câu hỏi phụ thuộc vòng quanh lẫn nhau: {detail}.", "These questions depend on one another in a circle: {detail}."),
    "copy_type": Text("Chỉ lấy được từ câu hỏi cùng kiểu ({detail}).", "Only a question of the same type can be copied ({detail})."),
    "bad_check": Text("Quy tắc kiểm tra cần điều kiện, lời báo và câu hỏi để báo.", "A check needs a condition, a message and the question to show it at."),
    "bad_outcome": Text("Quy tắc chưa đủ điều kiện hoặc kết quả.", "The rule lacks a condition or what it brings about."),
    "bad_formula": Text("Công thức viết sai: {detail}.", "The formula is wrong: {detail}."),
    "formula_size": Text("Công thức quá dài hoặc lặp quá nhiều ({detail}).", "The formula is too long or repeats too much ({detail})."),
    "formula_type": Text("Công thức không hợp với loại câu trả lời: {detail}.", "The formula does not fit the kind of answers: {detail}."),
    "formula_slow": Text("Công thức tính quá lâu ({detail}).", "The formula takes too long ({detail})."),
    "compute_type": Text("Cách tính không hợp với câu hỏi: {detail}.", "The reckoning does not fit the question: {detail}."),
}  # fmt: skip


def say(problem: Problem, lang: str, names: Mapping[str, str] | None = None) -> str:
    """One sentence. `names`: labels of fields by id, for what is told by its id."""
    detail = problem.said(lang) if problem.said else problem.detail
    if names and problem.code in ("unknown_field", "officer_field", "cycle", "duplicate_id"):
        shown = [names.get(one, one) for one in detail.split(", ")]
        detail = ", ".join(shown) if problem.code != "duplicate_id" else detail
    words = WORDS.get(problem.code)
    return words(lang).format(detail=detail) if words else f"{problem.code}: {detail}"


def place(problem: Problem) -> tuple[str, str]:
    """(kind, key) of the part a problem is about: `field` with its path, `section` with its id, `rule` with `checks.0` or
    `fee`, or `form`."""
    head, *rest = problem.where.split(".")
    if problem.code == "bad_shape":  # told by numbers, and of no draft
        return "form", ""
    if head == "sections" and len(rest) >= 3 and rest[1] == "fields":
        if rest[2] == "?":
            return "section", rest[0]
        inner = rest[4] if len(rest) >= 5 and rest[3] == "columns" else ""
        return "field", f"{rest[2]}.{inner}" if inner and inner != "?" else rest[2]
    if head == "sections" and (rest or problem.code == "duplicate_id"):
        return "section", rest[0] if rest else problem.detail
    if head == "checks" and rest:
        return "rule", problem.where
    if head == "outcomes" and rest:
        return "rule", ".".join(rest)
    if head == "fields" and problem.detail:
        return "field", problem.detail.split(", ")[0]
    return "form", ""


__all__ = ["WORDS", "place", "say"]
