"""Refusal codes in words: one sentence that says what happened and what to do. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.web.shared.formats import datetime_vn

SENTENCES: dict[str, str] = {
    "dossier.unknown": N_("Không tìm thấy hồ sơ này trong tài khoản của Ông/Bà. Vui lòng kiểm tra lại mã hồ sơ."),
    "dossier.illegal_move": N_("Hồ sơ đã chuyển sang trạng thái khác nên không thực hiện được thao tác này. Vui lòng tải lại trang để xem trạng thái hiện tại."),
    "dossier.only_applicant": N_("Chỉ người nộp hồ sơ mới thực hiện được thao tác này."),
    "draft.unknown": N_("Không tìm thấy bản khai này trong tài khoản của Ông/Bà."),
    "draft.sign_in_first": N_("Vui lòng đăng nhập để nộp hồ sơ."),
    "draft.already_filed": N_("Bản khai này đã được nộp. Ông/Bà không cần nộp lại."),
    "draft.is_supplement": N_("Bản khai này dùng để bổ sung hồ sơ đã nộp."),
    "draft.not_filable": N_("Hồ sơ còn mục chưa đúng hoặc còn thiếu. Những gì đã nhập vẫn được giữ nguyên."),
    "draft.changed_elsewhere": N_("Mục này vừa được sửa ở một cửa sổ khác. Vui lòng chọn nội dung muốn giữ."),
    "upload.empty": N_("Tệp “%(filename)s” không có nội dung (0 byte). Vui lòng chọn lại tệp."),
    "upload.too_large": N_("Tệp “%(filename)s” lớn quá mức cho phép. Vui lòng giảm dung lượng hoặc chụp lại với chất lượng thấp hơn."),
    "upload.total_too_large": N_("Tổng dung lượng các tệp của hồ sơ vượt mức cho phép. Vui lòng gỡ bớt hoặc giảm dung lượng tệp."),
    "upload.too_many": N_("Giấy tờ này đã đủ số tệp cho phép. Vui lòng gỡ bớt một tệp trước khi thêm."),
    "upload.unknown": N_("Không tìm thấy tệp này. Vui lòng tải tệp lên lại."),
    "upload.unknown_component": N_("Giấy tờ này không thuộc thành phần hồ sơ."),
    "upload.wrong_offset": N_("Đường truyền bị gián đoạn. Hệ thống sẽ tiếp tục từ phần đã nhận."),
    "upload.longer_than_announced": N_("Tệp “%(filename)s” đã thay đổi trong khi tải lên. Vui lòng chọn lại tệp."),
    "upload.type_not_allowed": N_("Tệp “%(filename)s” không thuộc loại nhận được. Vui lòng dùng PDF, ảnh JPG hoặc PNG, Word, Excel."),
    "upload.content_mismatch": N_("Tệp “%(filename)s” có nội dung khác với tên tệp (có thể là chương trình đổi tên). Vui lòng chọn đúng tệp giấy tờ."),
    "upload.damaged": N_("Tệp “%(filename)s” bị hỏng, không mở được. Vui lòng quét hoặc chụp lại."),
    "upload.macro": N_("Tệp “%(filename)s” chứa mã lệnh (macro) nên không được nhận. Vui lòng lưu lại thành PDF."),
    "upload.office_locked": N_("Tệp “%(filename)s” bị khóa mật khẩu hoặc là định dạng Office cũ. Vui lòng lưu lại thành PDF."),
    "upload.image_too_large": N_("Ảnh “%(filename)s” có kích thước quá lớn. Vui lòng chụp lại với độ phân giải thấp hơn."),
    "upload.archive_bomb": N_("Tệp “%(filename)s” không an toàn để mở. Vui lòng lưu lại thành PDF."),
    "storage.full": N_("Nơi lưu trữ tạm thời chưa nhận thêm được tệp. Phần đã nhận vẫn còn; vui lòng thử lại sau ít phút."),
    "file.unknown": N_("Không tìm thấy tệp này trong tài khoản của Ông/Bà."),
    "field.unknown": N_("Biểu mẫu đã thay đổi. Vui lòng tải lại trang; những gì đã lưu vẫn còn."),
    "request.unreadable": N_("Máy chủ không hiểu yêu cầu này. Vui lòng tải lại trang."),
    "step.not_yours": N_("Bước này thuộc bộ phận khác, hoặc Ông/Bà không còn giữ vị trí được giao."),
    "step.unknown": N_("Không tìm thấy bước xử lý này."),
    "step.already_decided": N_("Bước này đã được %(by)s xử lý trước. Chưa có thay đổi nào từ phía Ông/Bà; vui lòng tải lại trang."),
    "step.no_such_outcome": N_("Bước này không cho phép quyết định đó."),
    "step.no_unit": N_("Cơ quan chưa có bộ phận nhận bước tiếp theo. Vui lòng báo bộ phận quản trị cơ cấu tổ chức."),
    "step.claimed_by_other": N_("Đồng nghiệp đã nhận xử lý hồ sơ này."),
    "step.claimed_already": N_("Ông/Bà đã nhận xử lý hồ sơ này."),
    "step.not_claimed_by_you": N_("Ông/Bà chưa nhận xử lý hồ sơ này."),
    "step.waits_for_applicant": N_("Hồ sơ đang chờ người dân bổ sung nên chưa thể quyết định."),
    "payment.no_amount": N_("Vui lòng nhập số tiền lớn hơn 0 đồng."),
    "payment.not_waiting": N_("Hồ sơ này không chờ thực hiện nghĩa vụ tài chính."),
    "calendar.not_yours": N_("Ông/Bà không có quyền sửa lịch làm việc này."),
    "calendar.bad_hours": N_("Giờ làm việc chưa đúng: mỗi buổi phải có giờ bắt đầu trước giờ kết thúc và các buổi không chồng nhau."),
    "calendar.no_hours": N_("Lịch phải có ít nhất một buổi làm việc trong tuần."),
    "calendar.day_incomplete": N_("Vui lòng chọn ngày, loại ngày và nhập tên ngày."),
    "calendar.unknown_day": N_("Không tìm thấy ngày này trong lịch."),
    "signer.unavailable": N_("Dịch vụ ký số chưa trả lời. Hệ thống sẽ tự thử lại; chưa có thay đổi nào đối với hồ sơ."),
    "reason.too_short": N_("Vui lòng nêu rõ lý do (ít nhất %(minimum)s ký tự): người nộp hồ sơ sẽ đọc nội dung này."),
    "supplement.already_asked": N_("Hồ sơ đã được yêu cầu bổ sung một lần. Pháp luật chỉ cho phép yêu cầu bổ sung một lần."),
    "supplement.nothing_marked": N_("Vui lòng đánh dấu ít nhất một mục hoặc một giấy tờ cần bổ sung."),
    "supplement.already_answered": N_("Yêu cầu bổ sung này đã được trả lời."),
    "supplement.not_open": N_("Hồ sơ này hiện không chờ bổ sung."),
    "result.being_signed": N_("Kết quả đang được ký số. Vui lòng chờ trong giây lát."),
    "result.no_draft": N_("Chưa có dự thảo kết quả để ký."),
    "result.unknown": N_("Không tìm thấy kết quả này."),
    "intake.only_one_stop": N_("Chỉ cán bộ một cửa mới tiếp nhận hồ sơ trực tiếp."),
    "register.empty": N_("Trong kỳ này sổ không có dòng nào để in."),
    "register.too_long": N_("Kỳ này có %(total)s dòng; mỗi lần in hoặc lập XLSX tối đa %(limit)s dòng. Vui lòng chọn kỳ ngắn hơn (CSV không giới hạn)."),
    "register.not_yours": N_("Ông/Bà không giữ sổ của cơ quan này."),
    "alarm.given": N_("Việc này đã được báo trước đó. Không có gì phải làm thêm."),
    "post.number_needed": N_("Vui lòng nhập số hiệu bưu gửi: người nộp theo dõi bì thư bằng số này. Nếu người nộp đến nhận trực tiếp, chọn cách trả đó."),
    "post.incomplete": N_("Bì thư còn thiếu thông tin. Vui lòng nhập đủ người gửi hoặc người nhận, địa chỉ nhận, ngày đến cơ quan."),
    "post.dates": N_("Ngày gửi và ngày đến không được sau hôm nay, ngày đến không trước ngày gửi. Vui lòng xem lại dấu bưu điện."),
    "post.not_by_post": N_("Bản nhập này không phải hồ sơ gửi qua bưu chính. Vui lòng tiếp nhận tại quầy."),
    "transfer.taken_up": N_("Hồ sơ đã được thẩm định hoặc quyết định nên không chuyển cơ quan khác được nữa. Vui lòng lấy ý kiến cơ quan đó, hoặc trả hồ sơ kèm lý do."),
    "transfer.not_offered": N_("Cơ quan được chọn không giải quyết thủ tục này trên hệ thống. Vui lòng chọn cơ quan trong danh sách."),
    "ineligible.not_received": N_("Hồ sơ chưa được tiếp nhận nên chưa thẩm định được. Vui lòng tiếp nhận, yêu cầu bổ sung hoặc từ chối tiếp nhận."),
    "ineligible.too_late": N_("Chỉ được trả hồ sơ chưa đủ điều kiện đến %(until)s. Quá thời gian đó hồ sơ phải được giải quyết hoặc từ chối kèm lý do."),
    "consult.unknown": N_("Không tìm thấy câu hỏi ý kiến này, hoặc câu hỏi dành cho người khác."),
    "consult.unknown_unit": N_("Không tìm thấy đơn vị này, hoặc cơ quan không còn hoạt động. Vui lòng chọn đơn vị trong danh sách."),
    "consult.not_in_unit": N_("Người được chọn hôm nay không giữ vị trí nào ở đơn vị đó. Vui lòng chọn người khác, hoặc hỏi cả đơn vị."),
    "consult.asked_already": N_("Đơn vị này đã được hỏi và chưa trả lời. Vui lòng chờ ý kiến, hoặc rút câu hỏi cũ trước."),
    "consult.answered_already": N_("Câu hỏi này đã có ý kiến trả lời. Vui lòng xem ý kiến trong trang hồ sơ."),
    "consult.revoked": N_("Đơn vị hỏi đã rút câu hỏi này: Ông/Bà không phải trả lời nữa."),
    "assign.cannot_act": N_("Người được chọn hôm nay không giữ vị trí làm bước này. Vui lòng chọn người trong danh sách."),
    "step.assigned_already": N_("Bước này đang ở người đó rồi."),
    "step.nothing_before": N_("Không có bước nào trước bước này để trả lại."),
    "step.decided_before": N_("Bước trước đã có quyết định mà pháp luật không cho rút lại, nên không trả lại được. Vui lòng tiếp tục, hoặc báo người đứng đầu nếu phải mở lại hồ sơ."),
    "extension.already": N_("Hồ sơ đã được hẹn lại một lần. Pháp luật chỉ cho phép hẹn lại một lần; vui lòng giải quyết trong hạn đã hẹn."),
    "extension.too_late": N_("Chỉ được xin lỗi và hẹn lại đến %(until)s, trước khi hết hạn. Vui lòng giải quyết sớm nhất có thể; hồ sơ trễ được tính là trễ."),
    "extension.days": N_("Vui lòng nhập số ngày làm việc từ 1 đến %(most)s."),
    "extension.not_running": N_("Thời hạn của hồ sơ hiện không tính nên không hẹn lại được. Vui lòng chờ hồ sơ trở lại xử lý."),
    "stop.not_possible": N_("Hồ sơ chưa được tiếp nhận hoặc đã có kết quả nên không yêu cầu dừng được. Hồ sơ chưa tiếp nhận thì Ông/Bà rút lại được."),
    "stop.asked_already": N_("Ông/Bà đã yêu cầu dừng hồ sơ này. Bộ phận một cửa sẽ trả lời; Ông/Bà chưa cần làm gì thêm."),
    "stop.not_asked": N_("Người nộp không còn yêu cầu dừng nào đang chờ trả lời. Vui lòng tải lại trang để xem tình trạng hiện tại."),
    "silence.not_yet": N_("Chưa hết thời gian chờ người nộp bổ sung, hoặc pháp luật không cho đóng hồ sơ này vì người nộp im lặng."),
    "move.other_case": N_("Phiên bản quy trình được chọn thuộc thủ tục khác. Vui lòng tải lại trang và chọn lại."),
    "move.nothing_open": N_("Hồ sơ không còn bước nào đang mở nên không chuyển quy trình."),
    "move.in_branches": N_("Hồ sơ đang ở nhiều nhánh song song nên chưa chuyển sang quy trình mới được. Vui lòng chờ các nhánh gặp nhau."),
    "move.already_there": N_("Hồ sơ đã đi theo phiên bản quy trình này."),
    "move.no_such_step": N_("Phiên bản mới không có bước được chọn. Vui lòng chọn bước khác."),
    "absence.not_yours": N_("Ông/Bà chỉ đặt được lịch vắng mặt cho mình; người đứng đầu đặt được cho cán bộ của cơ quan."),
    "absence.dates": N_("Ngày bắt đầu phải trước hoặc bằng ngày kết thúc, và chưa qua. Vui lòng xem lại hai ngày."),
    "absence.of_two": N_("Không tự thay chính mình được. Vui lòng chọn người khác."),
    "absence.too_long": N_("Một lần vắng mặt không quá %(most)s ngày. Vắng lâu hơn thì vị trí được giao cho người khác."),
    "absence.other_agency": N_("Người thay phải giữ vị trí ở cùng cơ quan trong những ngày đó. Vui lòng chọn người khác."),
    "absence.already": N_("Trong những ngày này người vắng mặt đã có người thay. Vui lòng kết thúc lần trước rồi đặt lại."),
    "absence.substitute_away": N_("Người được chọn cũng vắng mặt trong những ngày này. Vui lòng chọn người khác."),
    "absence.stands_in": N_("Người vắng mặt đang thay cho đồng nghiệp trong những ngày này. Vui lòng đổi người thay của đồng nghiệp đó trước."),
    "absence.over": N_("Lần vắng mặt này đã kết thúc."),
    "page.unknown": N_("Không tìm thấy trang này."),
    "rating.already_given": N_("Ông/Bà đã đánh giá hồ sơ này. Xin cảm ơn."),
    "rating.not_yet": N_("Có thể đánh giá sau khi hồ sơ được giải quyết xong."),
    "track.not_found": N_("Không tìm thấy hồ sơ với mã hồ sơ và mã tra cứu này. Vui lòng kiểm tra lại cả hai mã trên giấy tiếp nhận."),
    "rate.limited": N_("Có quá nhiều lần thử không đúng. Vui lòng thử lại sau %(minutes)s phút."),
    "database.unavailable": N_("Hệ thống đang khởi động lại. Nội dung đã lưu vẫn được giữ nguyên; vui lòng thử lại sau ít phút."),
}  # fmt: skip


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """The sentence for a refusal in the active language; an unknown code still says what is safe."""
    text = SENTENCES.get(code)
    if text is None:
        return _("Chưa thực hiện được yêu cầu này. Nội dung đã nhập vẫn được giữ nguyên.")
    return _(text) % {name: _moment(value) for name, value in params.items()}


def _moment(value: Any) -> Any:
    """A moment as a person reads it; refusals carry it in ISO 8601, pages as it is."""
    if isinstance(value, str) and "T" in value:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    return datetime_vn(value) if isinstance(value, datetime) and value.tzinfo is not None else value
