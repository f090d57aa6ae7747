"""The commands of `python -m semantic_router_observability`, one module a command. Nothing else of the library imports them."""
