"""The ways to reach people."""

from adapters.channels.registry import build_channels, channels_set_up

__all__ = ["build_channels", "channels_set_up"]
