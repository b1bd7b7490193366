"""What verbs say when an argument or their input cannot be used."""

from __future__ import annotations


class Unusable(ValueError):
    """An argument or the input cannot be used; ``code`` picks the verb's sentence."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params
