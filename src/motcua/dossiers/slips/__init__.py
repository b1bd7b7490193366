"""The slips handed to an applicant, as PDF/A: data in, bytes out. Pure: no clock, no database.

Forms 01 to 07 of TT 03/2025/TT-VPCP with the fields of R3.28; A5, the register A4. The words on them are Vietnamese by
law and are not translated. The same slip gives the same bytes, whenever it is printed again.
"""

from motcua.dossiers.slips.book import RegisterLine, RegisterSheet, register_sheet
from motcua.dossiers.slips.completing import (
    Ineligible,
    SupplementRequest,
    ineligible,
    supplement,
)
from motcua.dossiers.slips.control import ControlSlip, Handover, Timeliness, control
from motcua.dossiers.slips.delays import Apology, apology
from motcua.dossiers.slips.ending import Refusal, Stop, refusal, stop
from motcua.dossiers.slips.intake import Acknowledgement, Receipt, acknowledgement, receipt
from motcua.dossiers.slips.parts import COPY_TYPES, Issuer, Item, Mark, Party, Slip
from motcua.dossiers.slips.wording import appointment_words, clock_words, day_words, place_date

__all__ = [
    "COPY_TYPES",
    "Acknowledgement",
    "Apology",
    "ControlSlip",
    "Handover",
    "Ineligible",
    "Issuer",
    "Item",
    "Mark",
    "Party",
    "Receipt",
    "Refusal",
    "RegisterLine",
    "RegisterSheet",
    "Slip",
    "Stop",
    "SupplementRequest",
    "Timeliness",
    "acknowledgement",
    "apology",
    "appointment_words",
    "clock_words",
    "control",
    "day_words",
    "ineligible",
    "place_date",
    "receipt",
    "refusal",
    "register_sheet",
    "stop",
    "supplement",
]
