"""Kinds of condition: a ratio, a slow ratio, a count, a surge, a level. Each checks its numbers and writes its expression."""
