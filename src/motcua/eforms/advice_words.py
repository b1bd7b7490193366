"""The words of the wording assistant, for an official who writes a form. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from motcua.eforms.choices import Text

ADVICE: Mapping[str, Text] = {
    "long_label": Text(
        "Lời hỏi dài {words} chữ; nên gọn trong {limit} chữ. Đưa phần giải thích xuống lời gợi ý.",
        "The question has {words} words; {limit} are enough. Move the explanation into the hint.",
    ),
    "long_hint": Text(
        "Lời gợi ý dài {words} chữ; nên gọn trong {limit} chữ. Đưa phần còn lại vào mục trợ giúp.",
        "The hint has {words} words; {limit} are enough. Move the rest into the help.",
    ),
    "jargon": Text(
        "“{term}” là chữ viết tắt, từ cũ hoặc lối viết công văn. Nên thay bằng: {plain}.",
        "“{term}” is office language. Better: {plain}.",
    ),
    "abbreviation": Text(
        "“{term}” viết tắt; không phải ai cũng hiểu. Nên viết đầy đủ.",
        "“{term}” is an abbreviation that not everybody knows. Write it out.",
    ),
    "hint_missing": Text(
        "Câu trả lời có hình thức cố định ({shape}) nhưng chưa có gợi ý. Nên cho một ví dụ.",
        "The answer has a fixed shape ({shape}) and there is no hint. Give an example.",
    ),
    "paper_hint_missing": Text(
        "Câu này đòi giấy tờ nhưng chưa nói cần giấy tờ thế nào. Nên gợi ý: loại giấy, ai cấp, chụp mấy mặt.",
        "It asks for a paper without saying which. Say what kind, who issues it, and which sides to photograph.",
    ),
    "english_missing": Text(
        "Chưa có lời tiếng Anh; người nước ngoài sẽ thấy tiếng Việt.",
        "There are no English words; readers of English will see Vietnamese.",
    ),
    "options_english_missing": Text(
        "{count} lựa chọn chưa có lời tiếng Anh.", "{count} options have no English words."
    ),
    "colon": Text(
        "Lời hỏi không cần dấu hai chấm ở cuối.", "A question needs no colon at its end."
    ),
    "capitals": Text(
        "Chữ in hoa toàn bộ khó đọc, trình đọc màn hình có thể đánh vần. Nên viết thường.",
        "All capitals are hard to read, and screen readers may spell them. Write in small letters.",
    ),
    "two_questions": Text(
        "“{term}” gộp hai điều trong một câu hỏi. Nên tách thành hai câu, hoặc cho chọn.",
        "“{term}” asks two things at once. Make two questions of it, or a choice.",
    ),
    "if_any_required": Text(
        "Lời hỏi ghi “nếu có” nhưng câu lại bắt buộc. Bỏ bắt buộc, hoặc hỏi “có hay không” trước.",
        "It says “if any” and is required. Make it optional, or first ask whether there is one.",
    ),
    "email_required": Text(
        "Nhiều người không có thư điện tử. Chỉ nên bắt buộc khi không còn cách liên hệ nào khác.",
        "Many people have no e-mail. Require it only where there is no other way to reach them.",
    ),
    "all_required": Text(
        "Cả {count} câu hỏi đều bắt buộc. Câu nào không có căn cứ để bắt buộc thì nên cho để trống, hoặc bỏ.",
        "All {count} questions are required. Make optional, or drop, those that no rule requires.",
    ),
    "long_section": Text(
        "Phần này có {count} câu hỏi; mỗi phần nên có nhiều nhất {limit} câu. Nên tách ra.",
        "This section has {count} questions; {limit} are enough. Split it.",
    ),
    "long_list": Text(
        "Danh mục có {count} lựa chọn mà không tìm được bằng cách gõ. Nên dùng “Danh mục có tìm kiếm”.",
        "The list has {count} options and can't be searched. Use “Reference list with search”.",
    ),
    "negative": Text(
        "Câu hỏi phủ định dễ bị trả lời ngược. Nên hỏi theo chiều khẳng định.",
        "A negative question is easily answered the wrong way round. Ask it the positive way.",
    ),
    "double_negative": Text(
        "Câu có hai lần phủ định, khó hiểu. Nên viết lại theo chiều khẳng định.",
        "It negates twice, which is hard to read. Write it the positive way.",
    ),
    "asked_twice": Text(
        "Câu hỏi này trùng lời với câu “{other}” trong cùng biểu mẫu. Bỏ một câu, hoặc nói rõ là của ai.",
        "It has the same words as “{other}” in this form. Drop one, or say whose it is.",
    ),
    "database": Text(
        "Với thủ tục này, “{paper}” đã được thay bằng dữ liệu của {database} (Nghị quyết 66.7/2025/NQ-CP{basis}). "
        "Không yêu cầu người dân khai hoặc nộp lại; hãy đặt điền sẵn hoặc bỏ câu hỏi.",
        "For this procedure “{paper}” is replaced by data of {database} (Resolution 66.7/2025/NQ-CP{basis}). "
        "Do not ask people for it again: let it be filled in, or drop the question.",
    ),
    "database_elsewhere": Text(
        "“{paper}” đã có trong {database}, và ở thủ tục khác không phải nộp nữa (Nghị quyết 66.7/2025/NQ-CP). "
        "Hãy xem có thể lấy từ đó thay vì hỏi.",
        "“{paper}” is in {database}, and other procedures no longer ask for it (Resolution 66.7/2025/NQ-CP). "
        "See whether it can be taken from there.",
    ),
    "prefill": Text(
        "Tài khoản đăng nhập đã cho biết thông tin này ({claim}). Đặt điền sẵn để người dân không phải gõ lại.",
        "Signing in already tells this ({claim}). Let it be filled in, so that people need not type it.",
    ),
}  # fmt: skip
