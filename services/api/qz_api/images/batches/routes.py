"""Label sheets, pages and archives of stored codes."""

from qz_api.callers.permissions import Permission
from qz_api.http.call import Call
from qz_api.http.cost import items_of
from qz_api.http.operation import Operation
from qz_api.http.respond import Answer, raw
from qz_api.images.batches.service import batch_of
from qz_api.images.naming import disposition
from qz_api.images.order import press_json, size_json
from qz_api.images.requests import read_press, read_size
from qz_api.images.respond import file_headers
from qz_api.images.schemas import MOST_CODES, ArchiveBody, PagesBody, SheetBody
from qz_api.images.wire import Archive, Pages, Sheet, Task
from qz_common.errors import NotFound

TAG = "print"
PDF, ZIP = "application/pdf", "application/zip"
MOST_ARCHIVE_BYTES = 32 << 20
EXAMPLE = {"code_ids": ["qr_01k6yz0000e008000000000000"]}
COST = items_of("code_ids", most=MOST_CODES)
ONE_PER_CODE = f"Counts as one call for each code. At most {MOST_CODES} codes."


async def make_sheet(call: Call) -> Answer:
    body = call.body(SheetBody)
    press = press_json(read_press(body.press))
    batch = await batch_of(call.deps, call.principal, body.code_ids)
    task = Sheet(batch.items, batch.looks, body.template, body.captions, body.skip, press)
    return await _answer(call, task, PDF, "labels.pdf")


async def make_pages(call: Call) -> Answer:
    body = call.body(PagesBody)
    size, press = size_json(read_size(body.size)), press_json(read_press(body.press))
    batch = await batch_of(call.deps, call.principal, body.code_ids)
    return await _answer(call, Pages(batch.items, batch.looks, size, press), PDF, "codes.pdf")


async def make_archive(call: Call) -> Answer:
    body = call.body(ArchiveBody)
    size, press = size_json(read_size(body.size)), press_json(read_press(body.press))
    batch = await batch_of(call.deps, call.principal, body.code_ids)
    task = Archive(batch.items, batch.looks, body.format, size, press, MOST_ARCHIVE_BYTES)
    return await _answer(call, task, ZIP, "codes.zip")


async def _answer(call: Call, task: Task, media_type: str, file: str) -> Answer:
    made = await call.deps.images.renderer.batch(call.principal.workspace, task)
    name, _, extension = file.rpartition(".")
    headers = file_headers(media_type, disposition(name, extension, download=True))
    return raw(made.data, headers.pop("Content-Type"), headers)


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/render/sheet",
        id="renderLabelSheet",
        summary="A PDF of label sheets",
        description=f"{ONE_PER_CODE} Codes are read back one by one, and none is left out.",
        tag=TAG,
        handler=make_sheet,
        scope=Permission.QR_READ,
        body=SheetBody,
        media_types=(PDF,),
        problems=(NotFound,),
        example={**EXAMPLE, "template": "a4-3x7"},
        cost=COST,
        uses="nothing",
    ),
    Operation(
        method="POST",
        path="/v1/render/pages",
        id="renderPages",
        summary="A PDF of one page per code",
        description=ONE_PER_CODE,
        tag=TAG,
        handler=make_pages,
        scope=Permission.QR_READ,
        body=PagesBody,
        media_types=(PDF,),
        problems=(NotFound,),
        example=EXAMPLE,
        cost=COST,
        uses="nothing",
    ),
    Operation(
        method="POST",
        path="/v1/qr-codes/archive",
        id="archiveQrCodes",
        summary="A ZIP of images with a manifest",
        description=(
            f"{ONE_PER_CODE} A code that can't be drawn has a row in `manifest.csv` that says why."
        ),
        tag=TAG,
        handler=make_archive,
        scope=Permission.QR_READ,
        body=ArchiveBody,
        media_types=(ZIP,),
        problems=(NotFound,),
        example=EXAMPLE,
        cost=COST,
        uses="nothing",
    ),
)
