from qz_common import errors
from qz_common.errors import FieldError, Invalid, NotFound, Problem


def test_a_problem_says_what_rfc_9457_asks() -> None:
    body = NotFound("There is no such code.").as_json("/v1/qr-codes/x", "req_1")
    assert body == {
        "type": "urn:quietzone:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no such code.",
        "instance": "/v1/qr-codes/x",
        "code": "not_found",
        "request_id": "req_1",
    }


def test_all_bad_fields_are_named() -> None:
    bad = [FieldError("/a", "too_long", "…"), FieldError("/b/0", "unknown_field", "…")]
    body = Invalid("Two fields are wrong.", errors=bad).as_json("/", "r")
    assert body["errors"] == [error.as_json() for error in bad]


def test_the_tree_drawn_in_the_docstring_is_the_tree() -> None:
    drawn = errors.__doc__ or ""
    for kind in Problem.__subclasses__():
        assert f"{kind.__name__} " in drawn
        assert str(kind.status) in drawn
