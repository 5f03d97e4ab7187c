"""Amounts of money. Only :meth:`Money.from_major` scales an amount.

lomi.Money(5000, "XOF")                 # 5 000 F CFA
lomi.Money.from_major("50.00", "EUR")   # 5000 cents
"""

from __future__ import annotations

from ._lomi import money, money_from_major

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal
    from typing import Any


class Money:
    """An amount in a currency's smallest unit. Cannot be changed."""

    __slots__ = ("amount", "currency", "decimals", "_shown")

    amount: int
    """How many of the smallest unit: what the API calls ``amount``."""
    currency: str
    """Three-letter code: what the API calls ``currency_code``."""
    _shown: str
    decimals: int
    """Decimals of the smallest unit: 0 for XOF, 2 for EUR and USD."""

    def __init__(self, amount: int, currency: str) -> None:
        """Refuse a negative amount, and a currency that lomi. does not take."""
        if isinstance(amount, bool) or not isinstance(amount, int):
            from .errors import ValidationError

            raise ValidationError(
                "amount must be a whole number of the currency's smallest unit; "
                "Money.from_major takes 50.00"
            )
        self._set(money(amount, currency))

    def _set(self, parts: tuple[int, str, int, str]) -> None:
        for name, value in zip(self.__slots__, parts, strict=True):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("an amount of money cannot be changed")

    @classmethod
    def from_major(cls, amount: str | int | Decimal, currency: str) -> Money:
        """Read an amount in the main unit: "50.00" euros are 5000 cents.

        More decimals than the currency has are refused, and so is a float, which cannot
        hold most of them exactly.
        """
        if isinstance(amount, (bool, float)):
            from .errors import ValidationError

            raise ValidationError("give the amount as text, int or Decimal: a float is not exact")
        made = cls.__new__(cls)
        text: Any = str(amount) if isinstance(amount, int) else amount
        if not isinstance(text, str) and hasattr(text, "as_tuple"):
            text = format(text, "f")
        made._set(money_from_major(text, currency))
        return made

    def _to_send(self) -> dict[str, Any]:
        """Give the fields of a request: the amount sets the currency as well."""
        return {"amount": self.amount, "currency": self.currency}

    def __str__(self) -> str:
        """Give it as people in West Africa write it: ``5 000 F CFA``, ``50,00 €``."""
        return self._shown

    def __repr__(self) -> str:
        return f"Money({self.amount}, {self.currency!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return (self.amount, self.currency) == (other.amount, other.currency)

    def __hash__(self) -> int:
        return hash((self.amount, self.currency))

    def __reduce__(self) -> Any:
        return Money, (self.amount, self.currency)


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
