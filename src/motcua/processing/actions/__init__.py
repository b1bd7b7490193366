"""What the desk does to a dossier: each lawful turn one action, with its effect on steps, status and clock.

One module a family of turns; callers use the names given here. Order in each action: guard under the lock, rows, the
event last.
"""

from motcua.processing.actions.appraisal import (
    ask_payment,
    complete,
    confirm_duty,
    propose,
    reject,
    send_back,
)
from motcua.processing.actions.common import MIN_REASON, run_by
from motcua.processing.actions.completing import (
    answer_supplement,
    ask_supplement,
    close_silent,
    return_ineligible,
    start_supplement,
)
from motcua.processing.actions.consulting import answer_consultation, consult, revoke_consultation
from motcua.processing.actions.drafting import (
    StillFaulty,
    discard_draft,
    publish_draft,
    save_draft,
    undo_draft,
)
from motcua.processing.actions.ending import (
    decline_stop,
    end,
    extend,
    reopen,
    request_stop,
    return_result,
    stop,
)
from motcua.processing.actions.hands import assign, claim, go_back, release
from motcua.processing.actions.intake import (
    begin,
    intake_at_counter,
    intake_by_post,
    receive,
    refuse,
    transfer,
)
from motcua.processing.actions.moving import move_version
from motcua.processing.actions.signing import sign, sign_again, signed

__all__ = [
    "MIN_REASON",
    "StillFaulty",
    "answer_consultation",
    "answer_supplement",
    "ask_payment",
    "ask_supplement",
    "assign",
    "begin",
    "claim",
    "close_silent",
    "complete",
    "confirm_duty",
    "consult",
    "decline_stop",
    "discard_draft",
    "end",
    "extend",
    "go_back",
    "intake_at_counter",
    "intake_by_post",
    "move_version",
    "propose",
    "publish_draft",
    "receive",
    "refuse",
    "reject",
    "release",
    "reopen",
    "request_stop",
    "return_ineligible",
    "return_result",
    "revoke_consultation",
    "run_by",
    "save_draft",
    "send_back",
    "sign",
    "sign_again",
    "signed",
    "start_supplement",
    "stop",
    "transfer",
    "undo_draft",
]
