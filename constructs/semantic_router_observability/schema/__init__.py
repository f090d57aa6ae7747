"""The JSON Schema of `observability.yaml`: `python -m semantic_router_observability.schema` writes it to standard output.

Editors complete and check the settings with it. Types come from `settings.py`, forms of texts from `texts.py`, descriptions and defaults
from the docstrings and signatures of what the settings configure, so that each is written once.
"""
