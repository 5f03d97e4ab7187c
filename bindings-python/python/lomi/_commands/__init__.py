"""Commands of ``lomi`` that deliver, follow and wait. The parser is in ``lomi._cli``."""
