"""How long a test waits for what must happen: long, because a busy machine must not fail it; a quick one waits less."""

from typing import Final

PATIENCE: Final = 120.0
"""Seconds. Only a test that fails waits so long."""
PATIENCE_MS: Final = PATIENCE * 1000
"""The same as a browser counts."""
