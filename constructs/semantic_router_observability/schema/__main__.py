"""Write the schema file."""

import sys

from .document import render

if __name__ == "__main__":
    sys.stdout.write(render())
