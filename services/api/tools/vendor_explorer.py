"""Fetches the API explorer at its exact version: `python services/api/tools/vendor_explorer.py`.

Needs npm. Writes qz_api/http/vendor/ and its manifest; the files are committed and served from
here, so that neither a build nor a reader of /docs depends on anybody else.
"""

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

NAME, VERSION, LICENCE = "swagger-ui-dist", "5.35.0", "Apache-2.0"
FILES = ("swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "NOTICE")
TARGET = Path(__file__).parents[1] / "qz_api" / "http" / "vendor"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", f"{NAME}@{VERSION}", "--silent"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
        archive = Path(folder) / packed.stdout.split()[-1]
        TARGET.mkdir(exist_ok=True)
        with tarfile.open(archive) as tar:
            files = {name: _take(tar, name) for name in FILES}
        manifest = {
            "name": NAME,
            "version": VERSION,
            "licence": LICENCE,
            "sha512": sha512(archive.read_bytes()),
            "files": files,
        }
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def _take(tar: tarfile.TarFile, name: str) -> str:
    member = tar.extractfile(f"package/{name}")
    if member is None:
        raise FileNotFoundError(name)
    data = member.read()
    (TARGET / name).write_bytes(data)
    return sha512(data)


def sha512(data: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


if __name__ == "__main__":
    main()
