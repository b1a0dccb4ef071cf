"""How much is left to chance in property tests: Hypothesis settings for quick and for long runs."""

import os

from hypothesis import HealthCheck, settings

LONG = bool(os.environ.get("REGULARS_LONG"))


def examples(usual: int, *, long: int | None = None) -> settings:
    """Settings for a property that is tried `usual` times, or in a long run ten times as often.

    No deadline: the machine is shared, and a slow moment is not a wrong answer.
    """
    return settings(
        max_examples=(long or 10 * usual) if LONG else usual,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        print_blob=True,
    )
