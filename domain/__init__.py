"""The policy as pure code: no clock, no disk, no network; ``now`` is always a parameter."""
