"""A payment: the account and the amount, ready to be copied into a banking app or opened in a
wallet."""

from qz_api.pages.offers.base import Fact, Offer, Raw, Steps, Words, button
from qz_api.pages.words import show_amount
from qz_render.content.payment import Payment

GROUP = 4


def offer(content: Payment, words: Words, _: Raw) -> Offer:
    return _bitcoin(content, words) if content.scheme == "bitcoin" else _sepa(content, words)


def _sepa(content: Payment, words: Words) -> Offer:
    own = words["payment"]
    amount = show_amount(f"{content.amount:.2f}", "EUR", words) if content.amount else ""
    facts = (
        Fact(own["to"], content.name, copied=True),
        Fact("IBAN", grouped(content.account), copied=True),
        Fact("BIC", content.bic, copied=True),
        Fact(own["amount"], amount, copied=True),
        Fact(own["reference"], content.reference or content.text, copied=True),
    )
    return Offer(
        sign="payment",
        title=amount or own["title"],
        lead=own["lead"].format(name=content.name),
        facts=tuple(fact for fact in facts if fact.value),
        hint=words["copy"],
        steps=(Steps(own["how"], tuple(own["steps"])),),
    )


def _bitcoin(content: Payment, words: Words) -> Offer:
    own = words["payment"]
    amount = show_amount(f"{content.amount:f}", "BTC", words) if content.amount else ""
    facts = (
        Fact(own["to"], content.name),
        Fact(own["address"], content.account, copied=True),
        Fact(own["amount"], amount, copied=True),
        Fact(own["reference"], content.text),
    )
    return Offer(
        sign="payment",
        title=amount or own["title"],
        lead=own["lead"].format(name=content.name) if content.name else own["lead_bitcoin"],
        presses=(button(own["wallet"], "wallet", content.payload()),),
        facts=tuple(fact for fact in facts if fact.value),
        hint=words["copy"],
    )


def grouped(account: str) -> str:
    """As printed on a statement; banking apps take the spaces."""
    return " ".join(account[start : start + GROUP] for start in range(0, len(account), GROUP))
