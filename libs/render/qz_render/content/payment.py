"""A payment: SEPA credit transfer (EPC069-12) or Bitcoin (BIP-21)."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import ClassVar, Self
from urllib.parse import quote

from qz_render.content.bitcoin import is_bitcoin_address
from qz_render.fields import Fields

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\Z")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?\Z")
_REFERENCE = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}\Z")
_PURPOSE = re.compile(r"[A-Z]{4}\Z")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,8})?\Z")


@dataclass(frozen=True, slots=True)
class Payment:
    kind: ClassVar[str] = "payment"
    scheme: str
    account: str
    name: str = ""
    amount: Decimal | None = None
    bic: str = ""
    reference: str = ""
    text: str = ""
    purpose: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        if fields.choice("scheme", ("sepa", "bitcoin"), "sepa") == "bitcoin":
            return cls._read_bitcoin(fields)
        return cls._read_sepa(fields)

    @classmethod
    def _read_sepa(cls, fields: Fields) -> Self:
        iban = _compact(fields, "iban", is_iban, "a valid IBAN", required=True)
        payment = cls(
            scheme="sepa",
            account=iban,
            name=fields.text("name", required=True, limit=70),
            amount=_amount(fields, places=2, least="0.01", most="999999999.99"),
            bic=_compact(fields, "bic", lambda text: bool(_BIC.match(text)), "a BIC"),
            reference=_compact(fields, "reference", is_reference, "an ISO 11649 reference (RF…)"),
            text=fields.text("text", limit=140),
            purpose=_compact(fields, "purpose", lambda t: bool(_PURPOSE.match(t)), "four letters"),
        )
        if payment.reference and payment.text:
            fields.complain("text", "can't stand beside reference: a transfer carries one")
        return payment

    @classmethod
    def _read_bitcoin(cls, fields: Fields) -> Self:
        expected = "a Bitcoin address with a right checksum"
        return cls(
            scheme="bitcoin",
            account=fields.text(
                "address", required=True, limit=90, pattern=is_bitcoin_address, expected=expected
            ),
            name=fields.text("name", limit=70),
            amount=_amount(fields, places=8, least="0.00000001", most="21000000"),
            text=fields.text("text", limit=140),
        )

    def payload(self) -> str:
        return self._bitcoin() if self.scheme == "bitcoin" else self._sepa()

    def _sepa(self) -> str:
        amount = f"EUR{self.amount:.2f}" if self.amount is not None else ""
        lines = ("BCD", "002", "1", "SCT", self.bic, self.name, self.account, amount)
        return "\n".join((*lines, self.purpose, self.reference, self.text)).rstrip("\n")

    def _bitcoin(self) -> str:
        named = {
            "amount": f"{self.amount:f}" if self.amount is not None else "",
            "label": quote(self.name, safe=""),
            "message": quote(self.text, safe=""),
        }
        query = "&".join(f"{name}={value}" for name, value in named.items() if value)
        return f"bitcoin:{self.account}" + (f"?{query}" if query else "")


def is_iban(text: str) -> bool:
    return bool(_IBAN.match(text)) and _mod97(text) == 1


def is_reference(text: str) -> bool:
    return bool(_REFERENCE.match(text)) and _mod97(text) == 1


def _mod97(text: str) -> int:
    """ISO 7064: letters count from 10, the first four characters go last."""
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97


def _compact(
    fields: Fields, name: str, fits: object, expected: str, *, required: bool = False
) -> str:
    """Upper case without the spaces people group by."""
    text = fields.text(name, required=required, limit=64).replace(" ", "").upper()
    if text and callable(fits) and not fits(text):
        fields.complain(name, f"must be {expected}")
        return ""
    return text


def _amount(fields: Fields, *, places: int, least: str, most: str) -> Decimal | None:
    """A decimal string, or a number; never through binary fractions."""
    value = fields.raw("amount")
    if value is None:
        return None
    text = value if isinstance(value, str) else repr(value)
    try:
        amount = Decimal(text) if _AMOUNT.match(text) and not isinstance(value, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None or not Decimal(least) <= amount <= Decimal(most):
        fields.complain("amount", f'must be an amount such as "12.50", from {least} to {most}')
        return None
    if amount != round(amount, places):
        fields.complain("amount", f"must have at most {places} decimals")
    return amount
