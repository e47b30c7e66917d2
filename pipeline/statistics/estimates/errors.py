"""Errors of this folder: numbers that the data cannot give."""


class NotEstimableError(ValueError):
    """A number cannot be estimated; the message is the sentence that the report prints as its note."""


class NoSolutionError(NotEstimableError):
    """The data vary, but the model has no stable solution; a simpler model may have one."""
