"""Let tests import what they share: ``from expectations import compare``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
