"""Kinds of condition: a share, a slow share, a count, a surge, a level. Each writes its expression and the cases that prove it."""
