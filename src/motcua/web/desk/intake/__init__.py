"""Intake at the counter and by post: the officer keys the same form; at the counter the receipt is in hand at once.

The draft belongs to the officer, autosaved by every post; it becomes a dossier of the person by one action
(``processing.intake_at_counter``, ``processing.intake_by_post``), recorded as filed that way and never counted as
remote. From which seat and network it was keyed is recorded by the system. Asking for a person's data is logged.
"""
