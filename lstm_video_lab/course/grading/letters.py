"""In which letters a table was saved: found by rules, never guessed.

A file says so itself (a byte order mark, UTF-8 that decodes, the zeros of UTF-16), or it was saved
with one byte a letter. Then each reading is tried: right is the one in which most names are known;
where that does not decide, the only one in which all names may be names. Several such readings
with several names are undecided.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

BYTE_ORDER_MARKS = {  # the longer ones first
    b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
}  # fmt: skip
ONE_BYTE = (  # of spreadsheets: Windows, Mac, and "CSV (MS-DOS)"; the first where all say the same
    "cp1252", "iso8859_15", "cp1250", "cp1254", "mac_roman", "mac_latin2", "cp850", "cp852",
    "cp1257", "cp1251", "cp1253",
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_IN_ASCII = str.maketrans({
    "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
})  # fmt: skip
_SIGNS = frozenset("’‘´–\u00a0ªº")  # of names, besides letters
_NO_NAME = frozenset("ƒµﬁﬂΩπ")  # letters by their category alone


def encodings_of(data: bytes) -> Sequence[str]:
    """In which a file may be: one, if it says so itself; else all that have one byte a letter."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return [encoding]
    if b"\0" in data:
        big = data[0::2].count(0) > data[1::2].count(0)
        return ["utf-16-be" if big else "utf-16-le"]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return ONE_BYTE
    return ["utf-8"]


def possible_readings(
    readings: Sequence[Sequence[str]], known: Sequence[Callable[[str], bool]]
) -> list[int]:
    """The numbers of those readings of the same names that may be right: of several that say the
    same the first, and at least one.

    known  whether a name is known, the weightiest first
    """
    foreign = [tuple(name for name in names if not name.isascii()) for names in readings]
    scores = [[sum(map(knows, names)) for knows in known] for names in foreign]
    best = [number for number, score in enumerate(scores) if score == max(scores)]
    plausible = [number for number in best if all(map(may_be_a_name, foreign[number]))]
    if len({foreign[number] for number in best}) > 1 and plausible:
        best = plausible
    return [number for number in best if foreign.index(foreign[number], best[0]) == number]


def without_accents(name: str) -> str:
    """A name as logins have it: small letters of ASCII, as far as there are any."""
    apart = unicodedata.normalize("NFD", name.casefold())
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return plain.translate(_IN_ASCII)


def may_be_a_name(text: str) -> bool:
    """Whether the letters outside of ASCII may be those of a name: false only for what is none."""
    for place, sign in enumerate(text):
        if sign == "·" and re.search("l·l", text[max(0, place - 1) : place + 2], re.I):
            continue
        is_letter = unicodedata.category(sign) in ("Lu", "Ll", "Lt", "Lo", "Mn", "Mc")
        if not sign.isascii() and sign not in _SIGNS and (not is_letter or sign in _NO_NAME):
            return False
    return all(map(_may_be_a_word, _WORD.findall(text)))


def _may_be_a_word(word: str) -> bool:
    """One script, and no capital letter beyond ASCII in the middle of small ones."""
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in word if sign not in "ªº"}
    has_small = any(sign.islower() for sign in word if sign not in "ßªº")
    has_capital = any(sign.isupper() and not sign.isascii() for sign in word[1:])
    return len(scripts) < 2 and not (has_small and has_capital)
