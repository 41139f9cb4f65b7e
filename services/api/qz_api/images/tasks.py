"""What a drawing process can do, each kind of task with its function."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from PIL import Image as Pillow

from qz_api.images.small import shrink
from qz_api.images.wire import (
    Archive,
    Check,
    Decode,
    Draw,
    Exhausted,
    Failed,
    Fault,
    Item,
    Json,
    Look,
    Made,
    Pages,
    Refused,
    Reply,
    Sheet,
    Shrink,
    Task,
)
from qz_render import (
    Entry,
    Picture,
    Problem,
    RenderError,
    Size,
    Style,
    check,
    code_pages,
    decode_picture,
    label_sheets,
    parse_press,
    parse_size,
    parse_style,
    render,
    write_archive,
)

ZIP, PDF = "application/zip", "application/pdf"
LABEL_SIZE = Size(1024)
WARM_STYLES: tuple[Json, ...] = (
    {},
    {"modules": "rounded", "foreground": "#123456"},
    {"frame": "scan-me-bottom", "frame_text": "Scan me"},
)


def perform(task: Task) -> Reply:
    """Every end of a task is a reply, but for those that end the process."""
    try:
        return _TASKS[type(task)](task)
    except _TooLarge as error:
        return Refused("answer_too_large", [Fault("answer_too_large", str(error), "")])
    except RenderError as error:
        return Refused(error.code, [_fault(problem) for problem in error.problems])
    except MemoryError:
        return Exhausted()
    except Exception as error:  # told to the API, which logs it and answers 500
        return Failed(f"{type(error).__name__}: {error}")


def warm_up() -> None:
    """Fonts, tables and decoders are read before the first stranger waits."""
    for style in WARM_STYLES:
        render("HTTPS://WARM.EXAMPLE/0123456789", parse_style(style), "png", 256)


def _draw(task: Draw) -> Made:
    size, press = parse_size(task.size), parse_press(task.press)
    image = render(task.payload, _style(task.look), task.format, size, press=press)
    facts = {
        "media_type": image.media_type,
        "width": image.width,
        "height": image.height,
        "version": image.version,
        "error_correction": image.error_correction,
        "warnings": [problem.message for problem in image.warnings],
    }
    return Made(image.data, facts)


def _check(task: Check) -> Made:
    size = parse_size(task.size)
    report = check(task.payload, _style(task.look), size, distance_mm=task.distance_mm)
    return Made(b"", asdict(report))


def _pages(task: Pages) -> Made:
    size, press = parse_size(task.size), parse_press(task.press)
    entries = _entries(task.items, task.looks)
    return _whole(entries, size, lambda: code_pages(entries, size, press=press))


def _sheet(task: Sheet) -> Made:
    entries = _entries(task.items, task.looks)
    press = parse_press(task.press)
    return _whole(
        entries,
        LABEL_SIZE,
        lambda: label_sheets(
            entries, task.template, captions=task.captions, skip=task.skip, press=press
        ),
    )


def _whole(entries: Sequence[Entry], size: Size, write: Callable[[], bytes]) -> Made:
    """A document holds all codes or none; when one is refused, all that would be are named."""
    try:
        return Made(write(), {"media_type": PDF})
    except RenderError:
        refused = list(_refusals(entries, size))
        if refused:
            raise RenderError(refused) from None
        raise


def _refusals(entries: Sequence[Entry], size: Size) -> Iterator[Problem]:
    for index, entry in enumerate(entries):
        try:
            render(entry.content, entry.style, "svg", size)
        except RenderError as error:
            for problem in error.problems:
                yield Problem(problem.code, problem.message, f"/code_ids/{index}")


def _archive(task: Archive) -> Made:
    stream = _BoundedStream(task.most_bytes)
    entries = _entries(task.items, task.looks)
    size, press = parse_size(task.size), parse_press(task.press)
    drawn = write_archive(stream, entries, task.format, size, press=press)
    return Made(stream.getvalue(), {"media_type": ZIP, "drawn": drawn})


def _decode(task: Decode) -> Made:
    picture = decode_picture(task.data, pointer=task.pointer)
    data = _encoded(picture, task.most_bytes)
    kept = decode_picture(data, pointer=task.pointer)
    facts = {"width": kept.width, "height": kept.height, "digest": kept.digest}
    return Made(data, facts)


def _shrink(task: Shrink) -> Made:
    data, width, height = shrink(task.data)
    return Made(data, {"width": width, "height": height})


def _encoded(picture: Picture, most_bytes: int) -> bytes:
    """As PNG, or a photograph that is too large for that as WebP of high quality."""
    image = Pillow.frombytes("RGBA", (picture.width, picture.height), picture.rgba)
    out = io.BytesIO()
    image.save(out, "PNG")
    if out.tell() > most_bytes:
        out = io.BytesIO()
        image.save(out, "WEBP", quality=88, method=2)
    return out.getvalue()


def _entries(items: Sequence[Item], looks: Sequence[Look]) -> list[Entry]:
    styles = [_style(look) for look in looks]
    return [Entry(item.name, item.payload, styles[item.look]) for item in items]


def _style(look: Look) -> Style:
    return parse_style(look.style).with_pictures(
        logo=_picture(look.logo) if look.logo else None,
        background=_picture(look.background) if look.background else None,
    )


@lru_cache(maxsize=4)
def _picture(data: bytes) -> Picture:
    return decode_picture(data)


def _fault(problem: Problem) -> Fault:
    return Fault(problem.code, problem.message, problem.pointer)


class _TooLarge(Exception):
    """The answer would be larger than one answer may be."""


class _BoundedStream(io.BytesIO):
    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self._most_bytes = most_bytes

    def write(self, data: Any, /) -> int:
        if self.tell() + len(data) > self._most_bytes:
            raise _TooLarge(f"comes to more than {self._most_bytes:,} bytes")
        return super().write(data)


_TASKS: dict[type[Any], Callable[[Any], Made]] = {
    Draw: _draw,
    Check: _check,
    Pages: _pages,
    Sheet: _sheet,
    Archive: _archive,
    Decode: _decode,
    Shrink: _shrink,
}
