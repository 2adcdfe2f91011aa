"""How much the generated tests try: HYPOTHESIS_PROFILE is dev (default), ci, nightly or mutants."""

import os

from hypothesis import HealthCheck, Phase, settings

SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.data_too_large)
"""Two cores shared with a broker are slow now and then; that says nothing about the code."""

settings.register_profile("dev", max_examples=50, deadline=None, print_blob=True, suppress_health_check=SLOW_IS_FINE)
settings.register_profile("ci", settings.get_profile("dev"), max_examples=300, derandomize=True, database=None)
settings.register_profile("nightly", settings.get_profile("dev"), max_examples=5_000)
settings.register_profile(
    "mutants", settings.get_profile("ci"), max_examples=2_000, phases=(Phase.explicit, Phase.generate)
)
"""A planted bug has to be noticed for certain, and not explained: more examples, and no shrinking."""

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
