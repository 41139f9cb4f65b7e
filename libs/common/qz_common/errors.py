"""What can go wrong, said once.

Problem(status, code, detail)      an answer to a caller, RFC 9457
├── Malformed            400       the request can't be read
├── Unauthenticated      401       no key, or none that works
├── Forbidden            403       the key may not do this
├── NotFound             404       absent, or somebody else's: the same answer
├── MethodNotAllowed     405       `Allow` names the ones that exist
├── Conflict             409       the state of things forbids it now
├── Gone                 410       was handed out once already
├── PreconditionFailed   412       If-Match names another version
├── TooLarge             413
├── UnsupportedMedia     415
├── Invalid              422       all bad fields at once
├── TooMany              429       a limit, with when to come back
└── Unavailable          503       something behind us is away
Retryable                          work that should be tried again
Permanent                          work that never will succeed
CannotStart                        what the machine refuses a role, said in words (an OSError)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar

PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad field: where (JSON pointer), a stable code, and words."""

    pointer: str
    code: str
    message: str

    def as_json(self) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "message": self.message}


class Problem(Exception):
    """Without a code of its own it has the one of all its fields."""

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        detail: str,
        code: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or _shared_code(errors) or self.default_code
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def as_json(self, instance: str, request_id: str) -> dict[str, object]:
        body: dict[str, object] = {
            "type": f"urn:quietzone:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
            "request_id": request_id,
        }
        if self.errors:
            body["errors"] = [error.as_json() for error in self.errors]
        return body


def _shared_code(errors: Sequence[FieldError]) -> str | None:
    codes = {error.code for error in errors}
    return codes.pop() if len(codes) == 1 else None


class Malformed(Problem):
    status, default_code = 400, "malformed"


class Unauthenticated(Problem):
    status, default_code = 401, "missing_key"


class Forbidden(Problem):
    status, default_code = 403, "missing_scope"


class NotFound(Problem):
    status, default_code = 404, "not_found"


class MethodNotAllowed(Problem):
    status, default_code = 405, "method_not_allowed"


class Conflict(Problem):
    status, default_code = 409, "conflict"


class Gone(Problem):
    status, default_code = 410, "gone"


class PreconditionFailed(Problem):
    status, default_code = 412, "version_conflict"


class TooLarge(Problem):
    status, default_code = 413, "body_too_large"


class UnsupportedMedia(Problem):
    status, default_code = 415, "unsupported_media_type"


class Invalid(Problem):
    status, default_code = 422, "invalid_request"


class TooMany(Problem):
    status, default_code = 429, "rate_limited"


class Unavailable(Problem):
    status, default_code = 503, "unavailable"


class Retryable(Exception):
    """Work that failed for a reason that passes."""


class Permanent(Exception):
    """Work that will fail again however often it is tried."""


class CannotStart(OSError):
    """A port in use, a folder that can't be written: whoever runs the role can mend it."""
