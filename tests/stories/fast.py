"""The policy at a pace for real time: seconds where it says minutes; nothing else differs."""

from datetime import timedelta

from domain.policy import Policy
from tests import cast


def policy(second: float = 1) -> Policy:
    """Return the policy with limits of a few times ``second`` seconds."""
    pace = timedelta(seconds=second)
    return cast.policy(
        page_repeat=pace,
        page_deputies=2 * pace,
        page_director=3 * pace,
        page_everyone=2 * pace,
        acknowledgement_limit=pace,
        operator_limit=2 * pace,
        short_time_limit={"III": 4 * second / 60, "II": 3 * second / 60},
        director_deputies=60 * pace,
        observation=2 * pace,
        probe_interval=pace,
    )
