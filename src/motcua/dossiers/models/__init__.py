"""The waist of the house: dossiers, what they were filed with, and the drafts they come from.

A module a subject, most of them named like the file that writes the table; everybody imports the tables from here.
"""

from motcua.dossiers.models.dossier import Assistance, Channel, Dossier, Involvement
from motcua.dossiers.models.drafts import Draft, DraftUpload, Invitation
from motcua.dossiers.models.filed import DossierAnswers, Paper
from motcua.dossiers.models.looking import DossierView, LookupLog
from motcua.dossiers.models.numbers import DayCounter
from motcua.dossiers.models.posting import Posting
from motcua.dossiers.models.register import RegisterEntry, RegisterPrint
from motcua.dossiers.models.slips import Slip, SlipKind

__all__ = [
    "Assistance",
    "Channel",
    "DayCounter",
    "Dossier",
    "DossierAnswers",
    "DossierView",
    "Draft",
    "DraftUpload",
    "Invitation",
    "Involvement",
    "LookupLog",
    "Paper",
    "Posting",
    "RegisterEntry",
    "RegisterPrint",
    "Slip",
    "SlipKind",
]
