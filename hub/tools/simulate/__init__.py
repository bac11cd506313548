"""A believable city that reports: deterministic from a seed, for any jurisdiction.

`city.simulate_city` yields the events; `publish` sends them. Shares and volumes follow what is known of real
hotlines and disputes; every person is left out.
"""
