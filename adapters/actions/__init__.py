"""The allow-list of automatic actions: what a runbook's step may set going, each kind in a file of its own (5.2.3)."""

from adapters.actions.allowlist import AllowList, load_actions

__all__ = ["AllowList", "load_actions"]
