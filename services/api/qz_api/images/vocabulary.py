"""What styles, contents, sizes and presses look like in the OpenAPI document.

The library reads and refuses them; this tells people and programs what it reads.
"""

from typing import Any, Literal

from qz_render import BALL_NAMES, EYE_FRAMES, FRAMES, KINDS, MODULE_SHAPES

Schema = dict[str, Any]
FormatName = Literal["png", "svg", "webp", "pdf", "eps"]
COLOR: Schema = {
    "type": "string",
    "pattern": "^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$",
    "examples": ["#111827"],
}
GRADIENT: Schema = {
    "type": "object",
    "properties": {
        "type": {"enum": ["linear", "radial"]},
        "angle": {"type": "number", "minimum": -360, "maximum": 360},
        "stops": {
            "type": "array",
            "minItems": 2,
            "items": {
                "type": "object",
                "required": ["color"],
                "properties": {
                    "offset": {"type": "number", "minimum": 0, "maximum": 1},
                    "color": COLOR,
                },
            },
        },
    },
    "required": ["stops"],
}
INK: Schema = {"anyOf": [COLOR, GRADIENT]}
PICTURE_URL: Schema = {
    "type": "string",
    "format": "uri",
    "description": "PNG, JPEG or WebP of at most 2 MB; fetched once, then our copy is drawn.",
}
PICTURE_ID: Schema = {
    "type": "string",
    "pattern": "^pic_",
    "description": "From POST /v1/pictures.",
}
STYLE_SCHEMA: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "foreground": INK,
        "background": {"anyOf": [COLOR, {"const": "transparent"}]},
        "background_image_url": PICTURE_URL,
        "background_image_id": PICTURE_ID,
        "modules": {"enum": list(MODULE_SHAPES)},
        "eye_frame": {"enum": ["auto", *EYE_FRAMES]},
        "eye_ball": {"enum": ["auto", *BALL_NAMES]},
        "eye_frame_color": INK,
        "eye_ball_color": INK,
        "logo_url": PICTURE_URL,
        "logo_id": PICTURE_ID,
        "logo_size": {"type": "number", "minimum": 0.05, "maximum": 0.4},
        "logo_margin": {"type": "number", "minimum": 0, "maximum": 4},
        "logo_clear": {"type": "boolean"},
        "quiet_zone": {"type": "integer", "minimum": 0, "maximum": 20},
        "frame": {"enum": list(FRAMES)},
        "frame_text": {"type": "string", "maxLength": 40},
        "frame_color": COLOR,
        "frame_text_color": COLOR,
        "error_correction": {"enum": ["auto", "L", "M", "Q", "H"]},
    },
}
CONTENT_SCHEMA: Schema = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"enum": list(KINDS)}},
    "additionalProperties": True,
    "description": "`kind` and the fields of that kind.",
}
SIZE_SCHEMA: Schema = {
    "anyOf": [
        {"type": "integer", "minimum": 64, "maximum": 4096, "description": "Pixels."},
        {
            "type": "object",
            "required": ["mm"],
            "additionalProperties": False,
            "properties": {
                "mm": {"type": "number", "minimum": 5, "maximum": 1000},
                "dpi": {"type": "integer", "minimum": 72, "maximum": 2400},
            },
        },
    ]
}
PRESS_SCHEMA: Schema = {
    "type": "object",
    "additionalProperties": False,
    "description": "How a PDF is made for a printer.",
    "properties": {
        "cmyk": {"type": "boolean"},
        "bleed_mm": {"type": "number", "minimum": 0, "maximum": 20},
        "crop_marks": {"type": "boolean"},
    },
}
