"""The commands of `sro`, one module a command. Nothing else of the library imports them."""
