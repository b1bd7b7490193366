"""``python -m motcua.cli``."""

import sys

from motcua.cli import main

sys.exit(main())
