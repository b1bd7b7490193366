"""Processes in words, a module a subject; callers use the names given here.

``vocabulary`` has the words of a row, ``conditions`` and ``steps`` make sentences of them, ``problems`` and ``files`` say
what is wrong with a table or a file, ``differences`` what was changed.
"""

from motcua.web.studio.processes.words.conditions import (
    FACT_VALUES,
    field_name,
    sentence_of,
    value_words,
)
from motcua.web.studio.processes.words.differences import CHANGES, difference_words
from motcua.web.studio.processes.words.files import MALFORMED, NOTES, UNREADABLE, UNSUPPORTED
from motcua.web.studio.processes.words.problems import problem_words
from motcua.web.studio.processes.words.steps import duration, outcome_name, policy_words, term_words, who
from motcua.web.studio.processes.words.vocabulary import (
    AUTOMATIC,
    KINDS,
    OUTCOMES,
    PERMITS,
    ROLES,
    UNIT_RULES,
    word,
)

__all__ = [
    "AUTOMATIC",
    "CHANGES",
    "FACT_VALUES",
    "KINDS",
    "MALFORMED",
    "NOTES",
    "OUTCOMES",
    "PERMITS",
    "ROLES",
    "UNIT_RULES",
    "UNREADABLE",
    "UNSUPPORTED",
    "difference_words",
    "duration",
    "field_name",
    "outcome_name",
    "policy_words",
    "problem_words",
    "sentence_of",
    "term_words",
    "value_words",
    "who",
    "word",
]
