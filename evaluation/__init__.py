"""Checks on real outside data, run by `make eval`; `HUB_EVAL_DATA` names its folder, outside the project."""
