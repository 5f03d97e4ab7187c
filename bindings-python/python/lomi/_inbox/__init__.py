"""Events that are handled once, in the shop's database. The public names are in ``lomi.inbox``."""
