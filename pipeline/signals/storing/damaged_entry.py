"""The one error of this folder: something kept is not what was written."""


class DamagedEntry(Exception):
    """A kept entry changed since it was written; it has to be made anew."""
