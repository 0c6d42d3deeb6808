"""How the child says that a file is not accepted; the parent finds the words for the code."""


class Refused(Exception):
    """Not accepted.

    Args:
        code: a key of `vault.refusals.WORDS`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
