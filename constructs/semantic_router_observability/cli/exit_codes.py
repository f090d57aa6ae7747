"""Exit codes of the commands."""

from __future__ import annotations

from typing import Final

FINE: Final = 0
FOUND: Final = 1
"""The command found what it looks for: problems, differences, effects."""
UNUSABLE: Final = 2
"""The input cannot be used."""
NO_READER: Final = 141
"""What reads the output has ended; the code that a shell reports for a program that SIGPIPE ends."""
