"""`python -m pipeline` is the `stance` command."""

import sys

from pipeline.cli import main

sys.exit(main())
