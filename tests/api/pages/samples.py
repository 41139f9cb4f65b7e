"""Content of every kind that is shown, and a landing page with every block."""

from typing import Any

CONTENTS: dict[str, dict[str, Any]] = {
    "vcard": {
        "kind": "vcard",
        "first_name": "Ana",
        "last_name": "Silva",
        "organization": "Atelier Norte",
        "title": "Architect",
        "mobiles": ["+351 912 345 678"],
        "emails": ["ana@example.com"],
        "urls": ["https://example.com/ana"],
        "address": {"street": "Rua das Flores 12", "city": "Porto"},
        "birthday": "1990-12-31",
        "note": "Call after ten.",
    },
    "mecard": {"kind": "mecard", "first_name": "Ana", "phones": ["+351 21 123 4567"]},
    "wifi": {"kind": "wifi", "ssid": "Café Guests", "password": "espresso;2026!"},
    "phone": {"kind": "phone", "number": "+49 30 1234567"},
    "sms": {"kind": "sms", "number": "+49 30 1234567", "text": "A table for two"},
    "email": {"kind": "email", "to": ["hello@example.com"], "subject": "Hello", "body": "Hi"},
    "geo": {"kind": "geo", "latitude": 38.6916, "longitude": -9.216, "label": "Torre de Belém"},
    "event": {
        "kind": "event",
        "title": "Open studio",
        "start": "2026-05-19T18:30:00+02:00",
        "end": "2026-05-19T22:00:00+02:00",
        "location": "Lindenstraße 4, Berlin",
        "url": "https://example.com/open",
    },
    "text": {"kind": "text", "text": "Locker 14\nCode 4471"},
    "payment": {
        "kind": "payment",
        "scheme": "sepa",
        "iban": "DE89370400440532013000",
        "name": "Tierheim Nord",
        "amount": "12.50",
        "text": "Donation",
    },
    "bitcoin": {
        "kind": "payment",
        "scheme": "bitcoin",
        "address": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "amount": "0.0015",
        "name": "Shop",
        "text": "Order 7",
    },
}


def page(text: str = "Hello", url: str = "https://example.com/x") -> dict[str, Any]:
    """Every kind of block, with `text` wherever an author may write."""
    return {
        "title": text,
        "subtitle": text,
        "blocks": [
            {"type": "heading", "text": text},
            {"type": "text", "text": f"{text}\n\n**{text}** and *{text}*"},
            {"type": "list", "items": [text, text], "ordered": True},
            {"type": "divider"},
            {"type": "button", "id": "go", "label": text, "to": {"type": "url", "url": url}},
            {
                "type": "button",
                "id": "mail",
                "label": text,
                "to": {
                    "type": "email",
                    "address": "a@example.com",
                    "subject": text,
                    "body": text,
                },
                "look": "secondary",
            },
            {"type": "social", "id": "s", "links": [{"network": "mastodon", "url": url}]},
            {"type": "video", "id": "v", "url": url, "title": text},
            {
                "type": "hours",
                "title": text,
                "note": text,
                "spans": [{"days": ["mon", "tue"], "opens": "09:00", "closes": "18:00"}],
            },
            {
                "type": "contact",
                "id": "c",
                "person": {
                    "first_name": text,
                    "organization": text,
                    "title": text,
                    "note": text,
                    "mobiles": ["+351 912 345 678"],
                    "address": {"street": text},
                },
            },
        ],
    }
