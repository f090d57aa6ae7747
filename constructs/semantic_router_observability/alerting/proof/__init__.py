"""Proof of alert rules: made-up series, the minute at which a rule has to fire, and promtool to try it."""
