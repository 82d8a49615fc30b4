"""How hard hypothesis looks: bounded everywhere, the same examples every time where CI asks."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fengsui",
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    database=None,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fengsui")
