"""Settings every test runs under: what continuous integration runs is derandomised, so that red means broken.

`--hypothesis-profile=long` (`make parity`) draws more examples, derandomised too, and `=explore` (`make explore`) at random.
"""

from hypothesis import HealthCheck, settings

# Speed depends on who else uses the machine, so neither a deadline nor a slow draw may fail a test.
settings.register_profile("ci", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", parent=settings.get_profile("ci"), max_examples=300)
settings.register_profile(
    "explore",
    derandomize=False,
    deadline=None,
    max_examples=1000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci")
