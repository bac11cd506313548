"""What codes and ids may look like, everywhere in a jurisdiction folder."""

from __future__ import annotations

from typing import Final

CODE: Final = r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}"
"""A place, a category, a scheme."""

AGENCY_ID: Final = r"[a-z0-9-]{1,40}"
"""An agency; it is part of the names of its topics."""
