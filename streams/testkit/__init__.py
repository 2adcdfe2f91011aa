"""For everybody who tests rules or policies: stories in TOML, a policy that asks the same of all, one decision told."""
