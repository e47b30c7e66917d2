"""The one error of this folder: a recording, or a part of one, that cannot be used."""


class SignalProblem(Exception):
    """A recording cannot be used, said for a person who knows the lab and not the program.

    what: what was found, one sentence that ends with a full stop. fix: what to do next, one
    sentence. Neither holds participant values nor words of the programming language.
    """

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what} {fix}")
        self.what = what
        self.fix = fix
