"""Prints receipts as they come. Usage: receipts.py BROKER AGENCY."""

import sys

from hub.sdk import Receipts

with Receipts(*sys.argv[1:]) as receipts:
    for receipt in receipts:
        print(receipt.id, receipt.outcome, receipt.code, receipt.pointer, receipt.message_zh, flush=True)
