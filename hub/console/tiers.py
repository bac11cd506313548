"""What the tiers are called: in one letter, and in full."""

from __future__ import annotations

from typing import Final

from hub.console.words import msg
from hub.policies.models import Tier

TIERS: Final = {
    Tier.VILLAGE: (msg("村"), msg("村（社区）")),
    Tier.TOWNSHIP: (msg("乡"), msg("乡镇（街道）")),
    Tier.COUNTY: (msg("县"), msg("县（市、区）")),
    Tier.CITY: (msg("市"), msg("地市")),
}
