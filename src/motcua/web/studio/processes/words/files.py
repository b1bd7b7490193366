"""What a file could not say, and what was made of it all the same."""

from __future__ import annotations

from django.utils.translation import gettext_noop as N_

MALFORMED: dict[str, str] = {
    "no_table": N_("Tệp không phải bảng quy trình."),
    "no_row": N_("Dòng %(row)s không phải một bước."),
    "unknown_word": N_("Có mục không hiểu được ở %(row)s: %(detail)s."),
    "too_many_rows": N_("Quy trình có %(detail)s bước, nhiều hơn mức cho phép."),
    "bad_policy": N_("Quy định chung của quy trình chưa đúng: %(detail)s."),
    "bad_text": N_("Nội dung quá dài hoặc có ký tự không dùng được: bước %(row)s, mục %(detail)s."),
    "bad_key": N_(
        "Mã bước “%(detail)s” chưa đúng: dùng chữ thường không dấu, số và gạch dưới, bắt đầu bằng chữ."
    ),
    "bad_kind": N_("Bước %(row)s có loại không hiểu được: %(detail)s."),
    "bad_unit_rule": N_("Bước %(row)s có cách chọn đơn vị không hiểu được: %(detail)s."),
    "bad_minutes": N_("Bước %(row)s có thời gian chưa đúng: %(detail)s."),
    "bad_outcomes": N_("Bước %(row)s có quyết định chưa đúng."),
    "bad_permits": N_("Bước %(row)s có việc làm thêm chưa đúng."),
    "bad_conditions": N_("Bước %(row)s có điều kiện chưa đúng: %(detail)s."),
}
UNREADABLE: dict[str, str] = {
    "too_large": N_("Tệp quá lớn. Tệp quy trình không quá 2 MB."),
    "no_xml": N_("Tệp không phải XML hoặc bị hỏng (dòng %(line)s)."),
    "doctype": N_("Tệp có khai báo DOCTYPE (dòng %(line)s). Vì an toàn, hệ thống không đọc tệp như vậy."),
    "too_deep": N_("Tệp lồng quá nhiều tầng (dòng %(line)s)."),
    "too_many": N_("Tệp có quá nhiều phần tử (dòng %(line)s)."),
    "no_bpmn": N_("Tệp không phải BPMN 2.0."),
    "no_process": N_("Tệp BPMN không có quy trình nào."),
    "no_json": N_("Tệp JSON bị hỏng."),
    "no_file": N_("Vui lòng chọn tệp."),
}
UNSUPPORTED: dict[str, str] = {
    "kind": N_("loại phần tử này chưa dùng được"),
    "no_id": N_("phần tử không có mã (id)"),
    "id_twice": N_("mã (id) bị trùng"),
    "no_start": N_("quy trình không có điểm bắt đầu"),
    "second_start": N_("quy trình có nhiều điểm bắt đầu"),
    "no_steps": N_("quy trình không có bước nào"),
    "start_ways": N_("điểm bắt đầu phải có đúng một đường đi"),
    "end_goes_on": N_("điểm kết thúc không được có đường đi tiếp"),
    "dangling": N_("đường nối đến phần tử không có trong tệp"),
    "implicit_fork": N_("nhiều đường ra mà không có cổng: không rõ là rẽ hay song song"),
    "fork_and_join": N_("một cổng vừa gom vừa tách nhánh"),
    "fork_without_join": N_("các nhánh không gặp lại ở một cổng song song"),
    "gateway_ends": N_("cổng không có đường ra"),
    "choice_without_conditions": N_(
        "cổng rẽ không đứng ngay sau một việc và không có điều kiện dạng dữ liệu"
    ),
    "circle": N_("các cổng nối vòng với nhau"),
    "condition_code": N_("điều kiện là mã lệnh, hệ thống không chạy mã từ tệp"),
    "condition_bad": N_("điều kiện không đúng dạng dữ liệu"),
    "condition_differs": N_("lời của điều kiện khác với dữ liệu của nó"),
    "condition_here": N_("điều kiện chỉ đặt được trên đường ra của cổng rẽ"),
    "outcome_twice": N_("hai đường ra mang cùng một quyết định"),
    "service_code": N_("việc tự động gọi chương trình ngoài"),
    "engine_code": N_("có mã lệnh của phần mềm khác"),
    "repeats": N_("việc lặp lại hoặc nhiều bản"),
    "compensation": N_("việc bù trừ"),
    "event_kind": N_("loại sự kiện này chưa dùng được"),
    "boundary_kind": N_("sự kiện gắn vào việc không phải hẹn giờ"),
    "timer_kind": N_("hẹn giờ không phải một khoảng thời gian"),
    "timer_place": N_("hẹn giờ không gắn vào việc của người"),
    "timer_twice": N_("việc đã có một hẹn giờ"),
    "timer_flow": N_("hẹn giờ có đường đi riêng khi quá hạn"),
    "duration": N_("khoảng thời gian không đọc được: chỉ nhận ngày, giờ, phút (P3D, PT4H)"),
    "several_processes": N_("tệp có nhiều quy trình"),
    "policy": N_("quy định chung của quy trình chưa đúng"),
}
NOTES: dict[str, str] = {
    "left_out": N_("bỏ qua, không ảnh hưởng cách xử lý"),
    "plain_task": N_("việc không ghi loại, coi là việc của người"),
    "role_guessed": N_("đoán vị trí theo tên làn “%(detail)s”"),
    "role_unknown": N_("chưa rõ ai làm, cần chọn vị trí"),
    "outcome_guessed": N_("đoán quyết định theo tên “%(detail)s”"),
    "outcome_unknown": N_("không hiểu quyết định “%(detail)s”, cần chọn lại"),
    "renamed": N_("đường nối đã đổi tên, dùng tên mới “%(detail)s”"),
    "implicit_end": N_("không có đường ra, coi là kết thúc"),
    "timer_interrupts": N_("hẹn giờ ngắt việc, ở đây chỉ là hạn của bước"),
    "key_taken": N_("mã bước “%(detail)s” đã có, đặt mã khác"),
    "shortened": N_("nội dung được cắt còn %(detail)s ký tự"),
}  # fmt: skip
