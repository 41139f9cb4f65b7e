"""Which passwords are refused: too short, among the first that anybody tries, or the e-mail."""

import unicodedata

from qz_api.accounts.email import Email
from qz_common.errors import FieldError, Invalid

MIN_LENGTH = 10
MAX_LENGTH = 256
MIN_DIFFERENT = 5
WORDS = """
password passw0rd qwerty qwertyuiop qwertyuiopasdfghjkl asdfghjkl zxcvbnm iloveyou welcome letmein
monkey dragon football baseball basketball superman batman sunshine princess shadow michael
jennifer jordan charlie trustno1 starwars whatever computer internet samsung administrator admin
root changeme secret default guest master login access passwort hallo hallohallo motdepasse
contraseña senha azerty azertyuiop liverpool chelsea arsenal pokemon naruto minecraft google
facebook quietzone correcthorsebatterystaple 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx
1qaz2wsx3edc qazwsx qazwsxedc q1w2e3r4t5 zaq12wsx qwer1234 asdf1234 abcd1234 a1b2c3d4
a1b2c3d4e5 abc123 abcdefg abcdefghij
"""
COMMON = frozenset(WORDS.split())
DECORATION = "0123456789!@#$%&*?._- "
"""What is put around a common word to make it look like another."""


def check_password(password: str, email: Email, field: str = "/password") -> None:
    problem = _problem(spelled(password), email)
    if problem:
        code, words = problem
        error = FieldError(field, code, words)
        raise Invalid(f"choose another password: it {words}", code, errors=[error])


def spelled(password: str) -> str:
    """One spelling: phones and desks compose accents differently."""
    return unicodedata.normalize("NFC", password)


def _problem(password: str, email: Email) -> tuple[str, str] | None:
    if len(password) < MIN_LENGTH:
        return "password_too_short", f"has fewer than {MIN_LENGTH} characters"
    folded = password.casefold()
    if folded in COMMON or _is_decorated(folded) or len(set(folded)) < MIN_DIFFERENT:
        return "password_too_common", "is among the first that are tried"
    local, _, domain = email.key.partition("@")
    if folded in (email.key, local, domain, local + domain.split(".")[0]):
        return "password_too_common", "is the e-mail address"
    return None


def _is_decorated(folded: str) -> bool:
    """`Password2026!` is `password`, and digits alone are nothing; a phrase is something."""
    bare = folded.strip(DECORATION)
    return not bare or bare in COMMON
