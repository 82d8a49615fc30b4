"""The doing: one small class per group of ports; dependencies come in the constructor."""
