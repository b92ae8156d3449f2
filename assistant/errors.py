"""What can go wrong with the world. Expected outcomes of a question are values, not errors.

    PinpointFault
    ├── Misuse                 the caller's input is wrong: exit 2
    │   └── CorpusFault        a file of the corpus is wrong: names file, line and remedy
    └── BrokenInstallation     something needed is missing or does not fit: exit 3
        ├── IndexMissing       nothing has been built yet
        ├── IndexMismatch      built from another corpus or with another embedding model
        └── StoreFault         the data folder or the Chroma server cannot be used

Every fault carries a message that says what happened and a remedy that says what to do.
"""

from __future__ import annotations


class PinpointFault(Exception):
    """Base of all faults.

    >>> str(Misuse("The date 2026-13-01 does not exist.", "Write it as YYYY-MM-DD."))
    'The date 2026-13-01 does not exist. Write it as YYYY-MM-DD.'
    """

    exit_code = 3

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy


class Misuse(PinpointFault):
    """The caller's input is wrong."""

    exit_code = 2


class CorpusFault(Misuse):
    """A file of the corpus is wrong."""


class BrokenInstallation(PinpointFault):
    """Something needed is missing or does not fit."""


class IndexMissing(BrokenInstallation):
    """Nothing has been built yet."""


class IndexMismatch(BrokenInstallation):
    """The index was built from another corpus or with another embedding model."""


class StoreFault(BrokenInstallation):
    """The data folder or the Chroma server cannot be used."""
