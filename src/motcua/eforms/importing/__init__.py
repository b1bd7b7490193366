"""Forms of other systems as definitions to go on with in the studio: what came of one, and what could not come along. Pure.

`xlsform.read` takes a spreadsheet (XLSForm), `json_schema.read` a JSON Schema. Both give a definition that passes
`check_definition`, and a note for everything it could not say: nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from motcua.eforms.choices import Text

#: The file as it is handed in, and all of its parts unpacked.
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_UNPACKED: Final = 20 * 1024 * 1024
MAX_QUESTIONS: Final = 500
#: Of all lists together: each question carries its own copy of its list.
MAX_OPTIONS: Final = 20_000
MAX_DETAIL: Final = 300


@dataclass(frozen=True, slots=True)
class Note:
    """What an author has to know or do. `where` is the id of a question or section, empty for the form as a whole."""

    code: str
    where: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """A definition (JSON) with no problems, and what differs from the source."""

    definition: dict[str, Any]
    notes: tuple[Note, ...] = ()


class Unreadable(ValueError):
    """Nothing can be made of the file. `code` is a key of `WORDS`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code
        self.detail = detail[:MAX_DETAIL]


def say(said: Note | Unreadable, lang: str) -> str:
    """One sentence for an official. Plain text: escape it when shown as HTML."""
    return WORDS[said.code](lang).format(detail=said.detail)


REFUSALS: Mapping[str, Text] = {
    "too_large": Text(
        "Tệp lớn hơn mức cho phép ({detail}). Hãy chia thành nhiều biểu mẫu nhỏ hơn.",
        "The file is larger than allowed ({detail}). Split it into smaller forms.",
    ),
    "archive_bomb": Text(
        "Nội dung bên trong tệp lớn bất thường nên hệ thống không mở.",
        "What is packed inside the file is unusually large, so it was not opened.",
    ),
    "not_a_workbook": Text(
        "Tệp này không phải bảng tính Excel (.xlsx) hoặc đã hỏng.",
        "This is not an Excel workbook (.xlsx), or it is damaged.",
    ),
    "old_workbook": Text(
        "Tệp .xls theo định dạng cũ không đọc được. Hãy mở bằng Excel và lưu lại thành .xlsx.",
        "The old .xls format is not read. Open it in Excel and save it as .xlsx.",
    ),
    "locked_workbook": Text(
        "Bảng tính đang đặt mật khẩu. Hãy bỏ mật khẩu rồi tải lên lại.",
        "The workbook is locked with a password. Remove it and upload the file again.",
    ),
    "macro": Text(
        "Bảng tính có chứa macro. Hãy lưu lại thành .xlsx không có macro.",
        "The workbook contains macros. Save it as .xlsx without them.",
    ),
    "no_survey": Text(
        "Bảng tính không có trang tính “survey” ghi các câu hỏi theo quy ước XLSForm.",
        "The workbook has no sheet “survey” with the questions, as XLSForm wants.",
    ),
    "bad_xlsform": Text(
        "Bảng tính chưa đúng quy ước XLSForm. Công cụ đọc báo lỗi (bằng tiếng Anh): {detail}",
        "The workbook does not follow XLSForm. Its reader says: {detail}",
    ),
    "not_json": Text("Tệp này không phải JSON hợp lệ.", "This is not valid JSON."),
    "not_an_object_schema": Text(
        "Tệp JSON không phải JSON Schema mô tả một đối tượng có các thuộc tính.",
        "The JSON is not a JSON Schema of an object with properties.",
    ),
    "too_deep": Text(
        "Các phần lồng vào nhau quá nhiều cấp, hệ thống không đọc được.",
        "Its parts are nested too deep to be read.",
    ),
    "cycle": Text(
        "Định nghĩa {detail} tự dẫn chiếu đến chính nó nên không thể thành biểu mẫu.",
        "The definition {detail} refers to itself, which no form can be made of.",
    ),
    "too_many_questions": Text(
        "Biểu mẫu có quá nhiều câu hỏi; mỗi biểu mẫu có nhiều nhất {detail} câu.",
        "There are too many questions; a form has at most {detail}.",
    ),
    "too_many_options_in_all": Text(
        "Tổng số lựa chọn của các danh mục vượt quá {detail}. Hãy dùng danh mục có sẵn của hệ thống.",
        "The lists have more than {detail} options together. Use the lists of this system.",
    ),
    "no_questions": Text(
        "Không có câu hỏi nào đưa được vào biểu mẫu.", "There is no question that a form could ask."
    ),
}
"""Why a file is refused as a whole."""

NOTES: Mapping[str, Text] = {
    # --- names and words
    "renamed": Text(
        "Mã câu hỏi được đổi cho đúng quy ước: {detail}.", "The id was changed to one that fits: {detail}."
    ),
    "title_missing": Text(
        "Nguồn không ghi tên; tạm dùng “{detail}”. Hãy đặt tên cho người dân đọc.",
        "The source gives no title; “{detail}” stands in. Write one for people to read.",
    ),
    "label_missing": Text(
        "Nguồn không ghi lời hỏi; tạm dùng “{detail}”. Hãy viết lời hỏi.",
        "The source has no wording; “{detail}” stands in. Write the question.",
    ),
    "option_label_missing": Text(
        "Nguồn không ghi tên lựa chọn; tạm dùng mã: {detail}. Hãy đặt tên cho người dân đọc.",
        "The source has no names for options; their codes stand in: {detail}. Write names for people to read.",
    ),
    "no_vietnamese": Text(
        "Chưa có lời tiếng Việt; tạm dùng lời trong tệp: “{detail}”.",
        "There is no Vietnamese wording; that of the file stands in: “{detail}”.",
    ),
    "language_left_out": Text(
        "Biểu mẫu chỉ có tiếng Việt và tiếng Anh; lời bằng ngôn ngữ “{detail}” không được đưa vào.",
        "A form has Vietnamese and English; the wordings in “{detail}” were left out.",
    ),
    "label_reference": Text(
        "Lời hỏi có chèn câu trả lời khác ({detail}); chỗ đó được thay bằng dấu “…”. Hãy viết lại câu.",
        "The wording quotes another answer ({detail}), which became “…”. Write the sentence anew.",
    ),
    "media_left_out": Text(
        "Hình ảnh, âm thanh hoặc phim kèm lời hỏi không được đưa vào.",
        "Pictures, sound or film beside the question were left out.",
    ),
    # --- what is asked
    "type_left_out": Text(
        "Loại câu hỏi “{detail}” chưa được hỗ trợ; câu này không được đưa vào.",
        "The type “{detail}” is not there; this question was left out.",
    ),
    "type_changed": Text(
        "Loại câu hỏi được thay bằng loại gần nhất: {detail}. Hãy kiểm tra lại.",
        "The type was replaced by the nearest one: {detail}. Please check.",
    ),
    "metadata_left_out": Text(
        "“{detail}” do máy tự ghi, không phải câu hỏi; không được đưa vào.",
        "“{detail}” is recorded by a device and not asked; it was left out.",
    ),
    "time_left_out": Text(
        "Câu này hỏi cả ngày và giờ; biểu mẫu chỉ hỏi ngày. Thêm một câu hỏi giờ nếu cần.",
        "It asks for date and time; the form asks for the date. Add a question for the time if it is needed.",
    ),
    "component_to_choose": Text(
        "Câu này nhận tệp giấy tờ. Hãy chọn thành phần hồ sơ tương ứng; tạm dùng mã “{detail}”.",
        "It takes a paper. Choose the component of the procedure; “{detail}” stands in.",
    ),
    "group_flattened": Text(
        "Nhóm con “{detail}” thành một tiêu đề trong phần, các câu hỏi đứng nối tiếp.",
        "The inner group “{detail}” became a heading with its questions after it.",
    ),
    "group_empty": Text(
        "Phần “{detail}” không còn câu hỏi nào nên không được đưa vào.",
        "The part “{detail}” has no question left and was left out.",
    ),
    "repeat_nested": Text(
        "Danh sách trong danh sách chưa được hỗ trợ; “{detail}” không được đưa vào.",
        "A list inside a list is not there; “{detail}” was left out.",
    ),
    "column_left_out": Text(
        "“{detail}” không thể là cột của danh sách nên không được đưa vào.",
        "“{detail}” can't be a column of a list and was left out.",
    ),
    "too_many_columns": Text(
        "Danh sách có nhiều nhất 30 cột; các cột sau không được đưa vào: {detail}.",
        "A list has at most 30 columns; these were left out: {detail}.",
    ),
    "rows_left_out": Text(
        "Số dòng tính theo câu trả lời khác ({detail}) không được giữ; người khai tự thêm dòng.",
        "The number of rows hung on another answer ({detail}); now people add rows themselves.",
    ),
    "question_left_out": Text(
        "Câu hỏi này không thành câu hỏi hợp lệ nên không được đưa vào: {detail}.",
        "No valid question could be made of this; it was left out: {detail}.",
    ),
    # --- lists
    "options_elsewhere": Text(
        "Danh mục nằm ở tệp khác ({detail}); câu hỏi không được đưa vào. Hãy thêm lại với danh mục có sẵn.",
        "Its list is in another file ({detail}); the question was left out. Add it with a list of this system.",
    ),
    "too_many_options": Text(
        "Danh mục có hơn 2.000 lựa chọn ({detail}); câu hỏi không được đưa vào.",
        "The list has more than 2,000 options ({detail}); the question was left out.",
    ),
    "filter_left_out": Text(
        "Cách lọc danh mục theo câu trả lời khác không được giữ: {detail}. Có thể dùng loại “Chọn theo nhóm”.",
        "The list was filtered by another answer, which was left out: {detail}. “Linked choices” may do instead.",
    ),
    # --- rules
    "condition_left_out": Text(
        "Điều kiện hiện câu hỏi không diễn đạt được; câu hỏi luôn hiện. Điều kiện gốc: {detail}",
        "The condition for showing it could not be expressed, so it always shows. It was: {detail}",
    ),
    "required_left_out": Text(
        "Điều kiện bắt buộc không diễn đạt được; câu hỏi không bắt buộc. Điều kiện gốc: {detail}",
        "The condition for requiring it could not be expressed, so it is optional. It was: {detail}",
    ),
    "condition_in_list": Text(
        "Cột của danh sách luôn hiện; điều kiện không được giữ: {detail}",
        "A column of a list always shows; its condition was left out: {detail}",
    ),
    "constraint_left_out": Text(
        "Ràng buộc chưa diễn đạt được, không được kiểm tra: {detail}",
        "A constraint could not be expressed and is not checked: {detail}",
    ),
    "message_left_out": Text(
        "Lời báo lỗi riêng được thay bằng lời báo của hệ thống: “{detail}”.",
        "Its own error message was replaced by the system's: “{detail}”.",
    ),
    "bound_loosened": Text(
        "Giới hạn “lớn hơn” hoặc “nhỏ hơn” {detail} nay gồm cả chính số đó.",
        "The bound “above” or “below” {detail} now includes that number.",
    ),
    "no_lowest": Text(
        "Các câu hỏi số không ghi giá trị nhỏ nhất chỉ nhận từ 0 trở lên: {detail}.",
        "Numbers without a lowest value take 0 or more: {detail}.",
    ),
    "pattern_needs_example": Text(
        "Hình thức câu trả lời ({detail}) chưa được kiểm tra: hãy thêm khuôn, hoặc biểu thức kèm ví dụ đúng.",
        "The shape of the answer ({detail}) is not checked yet: give a mask, or the expression with an example.",
    ),
    "calculation_left_out": Text(
        "Phép tính không chuyển được sang công thức: {detail}",
        "The calculation could not become a formula: {detail}",
    ),
    "default_left_out": Text(
        "Giá trị điền sẵn “{detail}” không được giữ.", "The default “{detail}” was left out."
    ),
    "read_only_left_out": Text(
        "Câu này chỉ để đọc, người khai không trả lời; không được đưa vào.",
        "It is read only and asks nothing; it was left out.",
    ),
    "read_only_dropped": Text(
        "Nguồn ghi câu này chỉ để đọc; trong biểu mẫu người khai trả lời được.",
        "The source says read only; in the form people can answer it.",
    ),
    "appearance_left_out": Text(
        "Cách trình bày “{detail}” làm đổi ý nghĩa câu hỏi và không được giữ.",
        "The appearance “{detail}” changes what is asked and was left out.",
    ),
    # --- JSON Schema
    "keyword_left_out": Text(
        "Từ khóa “{detail}” của JSON Schema không được giữ.",
        "The keyword “{detail}” of JSON Schema was left out.",
    ),
    "format_left_out": Text(
        "Định dạng “{detail}” không được kiểm tra; câu hỏi là văn bản ngắn.",
        "The format “{detail}” is not checked; it is short text.",
    ),
    "alternatives_left_out": Text(
        "Nhiều cách trả lời khác hẳn nhau ({detail}) chưa diễn đạt được; câu này không được đưa vào.",
        "Alternatives of different shapes ({detail}) can't be expressed; this was left out.",
    ),
    "fixed_left_out": Text(
        "Giá trị cố định “{detail}” không phải câu hỏi; không được đưa vào.",
        "The fixed value “{detail}” is no question and was left out.",
    ),
    "optional_part": Text(
        "Trong nguồn, cả phần này có thể bỏ trống; trong biểu mẫu các câu bắt buộc vẫn phải trả lời. Hãy đặt điều kiện hiện cho phần.",
        "In the source this whole part may be missing; in the form its required questions are. Say when the part shows.",
    ),
    "branch_left_out": Text(
        "Quy tắc đi kèm một điều kiện không được giữ: {detail}",
        "A rule that came with a condition was left out: {detail}",
    ),
    "remote_reference": Text(
        "Câu này dẫn chiếu ra ngoài tệp ({detail}); hệ thống không tải nên không đưa vào.",
        "It refers outside of the file ({detail}); nothing is fetched, so it was left out.",
    ),
}
"""What an author is told about a file that was read."""

WORDS: Mapping[str, Text] = {**REFUSALS, **NOTES}

__all__ = [
    "MAX_BYTES",
    "MAX_OPTIONS",
    "MAX_QUESTIONS",
    "MAX_UNPACKED",
    "NOTES",
    "REFUSALS",
    "WORDS",
    "Imported",
    "Note",
    "Unreadable",
    "say",
]
