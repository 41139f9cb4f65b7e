"""One sample of every content kind and the styles that goldens and the contact sheet show."""

import io

from PIL import Image as Pillow
from PIL import ImageDraw

from qz_render import Picture, Style, decode_picture, parse_style

CONTENTS: dict[str, dict[str, object]] = {
    "url": {"kind": "url", "url": "https://example.com/welcome?from=print&x=ä"},
    "text": {"kind": "text", "text": "Grüße aus Köln\nвторая строка\n第三行 🎈"},
    "email": {
        "kind": "email",
        "to": ["ana+qr@example.com", "bo@example.org"],
        "cc": "cy@example.net",
        "subject": "Order #5 & more?",
        "body": "Hello,\nplease call 50% = half",
    },
    "phone": {"kind": "phone", "number": "+49 (30) 123-456.78"},
    "sms": {"kind": "sms", "number": "+1 202 555 0143", "text": "Table: 7; now, please"},
    "wifi": {
        "kind": "wifi",
        "ssid": 'Café;T:WPA;S:x\\ "guest", 5:G',
        "password": 'p;a,s:s\\w"ord',
        "security": "WPA3",
        "hidden": True,
    },
    "vcard": {
        "kind": "vcard",
        "version": "4.0",
        "first_name": "Zoë",
        "last_name": "O'Neil; Jr.",
        "organization": "Acme, Inc.",
        "title": "Head of R&D",
        "phones": ["+49 30 1234567"],
        "mobiles": ["+49 170 7654321"],
        "emails": ["zoe@example.com"],
        "urls": ["https://example.com/zoe"],
        "address": {
            "street": "1 Main St; rear, left",
            "city": "Köln",
            "postal_code": "50667",
            "country": "Germany",
        },
        "birthday": "1990-12-31",
        "note": "first line\nTEL:+1900\\n, done; ok",
    },
    "mecard": {
        "kind": "mecard",
        "first_name": "Ana",
        "last_name": "Li: of; the, \\house",
        "mobiles": ["+4917012345"],
        "emails": ["ana@example.com"],
        "note": "likes ; and :",
    },
    "geo": {"kind": "geo", "latitude": 50.941278, "longitude": -6.958281, "label": "Dom (Köln)"},
    "event": {
        "kind": "event",
        "title": "Opening, with music; free",
        "start": "2026-05-19T18:30:00+02:00",
        "end": "2026-05-19T22:00:00+02:00",
        "location": "Hall 7, gate B",
        "description": "Bring:\n- a friend\nEND:VEVENT",
        "url": "https://example.com/opening",
    },
    "app": {
        "kind": "app",
        "ios": "id284882215",
        "android": "com.example.app",
        "url": "https://example.com/get",
    },
    "whatsapp": {"kind": "whatsapp", "number": "+49 170 1234567", "text": "Hi & how? #1"},
    "payment": {
        "kind": "payment",
        "name": "Franz Mustermänn",
        "iban": "DE71 1102 2033 0123 4567 89",
        "bic": "BHBLDEHHXXX",
        "amount": "12.30",
        "text": "Invoice 2026-17",
    },
    "gs1": {
        "kind": "gs1",
        "gtin": "9520123456788",
        "batch": "ABC/1",
        "serial": "12%34",
        "expiry": "271231",
        "link_type": "gs1:pip",
    },
}

_SUNSET = {
    "type": "linear",
    "angle": 45,
    "stops": [
        {"offset": 0, "color": "#7c2d12"},
        {"offset": 0.5, "color": "#9d174d"},
        {"offset": 1, "color": "#1e3a8a"},
    ],
}
_GLOW = {"type": "radial", "stops": [{"color": "#b91c1c"}, {"color": "#111827"}]}

STYLES: dict[str, dict[str, object]] = {
    "plain": {},
    "rounded": {"modules": "rounded", "foreground": "#111827"},
    "extra-rounded": {"modules": "extra-rounded", "foreground": "#0f766e"},
    "dots": {"modules": "dots", "foreground": "#1d4ed8", "eye_ball_color": "#b91c1c"},
    "classy": {"modules": "classy", "foreground": "#312e81"},
    "classy-rounded": {"modules": "classy-rounded", "foreground": "#831843"},
    "small-squares": {"modules": "small-squares", "eye_frame_color": "#1d4ed8"},
    "diamond": {"modules": "diamond", "eye_ball": "diamond"},
    "vertical": {"modules": "vertical", "foreground": "#14532d"},
    "horizontal": {"modules": "horizontal", "foreground": "#7c2d12"},
    "eye-drop": {"modules": "rounded", "eye_frame": "drop", "eye_ball": "drop"},
    "eye-shield": {"modules": "dots", "eye_frame": "shield", "eye_ball": "dot"},
    "eye-tab": {"eye_frame": "tab", "eye_ball": "tab", "foreground": "#1f2937"},
    "eye-leaf": {"eye_frame": "leaf", "eye_ball": "leaf", "eye_frame_color": "#9d174d"},
    "linear": {"modules": "rounded", "foreground": _SUNSET},
    "radial": {"modules": "dots", "foreground": _GLOW, "background": "#fef3c7"},
    "see-through": {"background": "transparent", "modules": "classy"},
    "veiled": {"foreground": "#0b1020d9", "background": "#e0f2fe", "modules": "rounded"},
    "veiled-gradient": {
        "foreground": {"type": "linear", "stops": [{"color": "#0b1020"}, {"color": "#7f1d1dcc"}]}
    },
    "inverted": {"foreground": "#f9fafb", "background": "#111827", "modules": "rounded"},
    "border": {"frame": "border", "frame_color": "#0f766e"},
    "scan-me-bottom": {
        "frame": "scan-me-bottom",
        "frame_text": "Scan here",
        "modules": "rounded",
        "foreground": "#111827",
    },
    "scan-me-top": {"frame": "scan-me-top", "frame_text": "Menü & Karte", "frame_color": "#b45309"},
    "banner": {"frame": "banner", "frame_text": "Сканируй меня", "frame_color": "#1d4ed8"},
    "ticket": {"frame": "ticket", "frame_text": "Σάρωσέ με", "frame_color": "#9d174d"},
    "tooltip": {"frame": "tooltip", "frame_text": "扫一扫", "foreground": "#14532d"},
    "badge": {"frame": "badge", "frame_text": "Zeskanuj mnie", "modules": "dots"},
    "brackets": {"frame": "brackets", "frame_text": "Quét mã", "foreground": _SUNSET},
    "polaroid": {"frame": "polaroid", "frame_text": "スキャン · 스캔", "modules": "classy-rounded"},
    "logo": {"modules": "rounded", "logo_url": "https://example.com/l.png", "logo_size": 0.24},
    "logo-over": {
        "logo_url": "https://example.com/l.png",
        "logo_size": 0.18,
        "logo_clear": False,
    },
    "picture": {"background_image_url": "https://example.com/b.jpg", "modules": "square"},
}


def png_bytes(image: Pillow.Image, format: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, format)
    return out.getvalue()


def logo_picture() -> Picture:
    """A round mark with a clear edge, wider than tall."""
    image = Pillow.new("RGBA", (160, 120), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((2, 2, 157, 117), fill=(220, 38, 38, 255))
    pen.rectangle((40, 50, 120, 70), fill=(255, 255, 255, 255))
    return decode_picture(png_bytes(image))


def background_picture() -> Picture:
    """Soft light stripes."""
    image = Pillow.new("RGB", (120, 90), (254, 249, 195))
    pen = ImageDraw.Draw(image)
    for x in range(0, 120, 24):
        pen.rectangle((x, 0, x + 11, 89), fill=(219, 234, 254))
    return decode_picture(png_bytes(image, "JPEG"))


def sample_style(name: str) -> Style:
    style = parse_style(STYLES[name])
    return style.with_pictures(
        logo=logo_picture() if style.logo else None,
        background=background_picture() if style.background_url else None,
    )
