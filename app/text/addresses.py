"""Postal and e-mail addresses in folded text."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["email_addresses", "postcodes", "street_addresses"]

# Of Downing Street, Parliament, the Department for Education, Father Christmas and Blue Peter.
_PUBLIC_POSTCODES: Final = frozenset(["sw1a2aa", "sw1a2ab", "sw1a0aa", "sw1a0pw", "sw1p3bt", "xm45hq", "m502bh"])

_AREAS_FILE: Final = Path(__file__).parent / "data" / "wording" / "areas.txt"

_EMAIL: Final = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}(?![\w-])")
_AT: Final = r" ?(?:[\[({<] ?(?:at|@) ?[\])}>]| at |@) ?"
_DOT: Final = r" ?(?:[\[({<] ?(?:dot|\.) ?[\])}>]| dot |\.) ?"
_SPELT_EMAIL: Final = re.compile(
    rf"(?<![\w.@])[a-z0-9][\w+-]{{0,40}}(?:{_DOT}[\w+-]{{1,40}}){{0,2}}{_AT}[a-z0-9-]{{2,40}}(?:{_DOT}[a-z0-9-]{{2,20}}){{0,2}}"
    rf"{_DOT}(?:com|co|uk|net|org|sch|ac|gov|me|info)\b"
)
_DISGUISED: Final = re.compile(r"[\[({<] ?(?:at|@|dot|\.) ?[\])}>]| dot |@")

_INWARD: Final = r"(\d[abd-hjlnp-uw-z]{2})"
_ORDINAL: Final = re.compile(r"1st|2nd|3rd|\dth")
_IN_A_LIST: Final = re.compile(r"(?:year|class|team|group|row|form|set|house|room|block|pool)s? $")

_STREET: Final = (
    "street|road|rd|avenue|ave|lane|crescent|cres|terrace|mews|drive|close|grove|boulevard|cul de sac|high st|st"
)
# Kinds of places that are as often something else: a number before them is not enough.
_DOUBTFUL_STREET: Final = (
    "way|court|gardens|gdns|place|hill|park|square|row|walk|green|view|rise|gate|parade|croft|mount|vale|wharf|quay|yard"
    "|meadows?|fields?|broadway|dell|orchard|heights|villas|cottages|house|flats|buildings|estate|farm|ridge|wood|end|lea|common|bank"
    "|ginnel|snicket|wynd|vennel|brae|twitten|garth|esplanade|promenade|embankment|chase|mead|hollow|spinney|paddock|bungalows?"
)
_NUMBERED: Final = re.compile(
    rf"(?<![\w£$#/.:,-])(?P<number>(?:(?:flat|no\.?|number|unit|apartment) ?)?\d{{1,4}}(?P<letter>[a-h])?),? "
    rf"(?P<name>(?:[a-z'][\w'.\-]*,? ){{1,3}}?)(?:(?P<street>{_STREET})|(?P<doubtful>{_DOUBTFUL_STREET}))(?!\w|'|-)"
)
_DWELLS: Final = re.compile(
    r"\b(?P<dwells>lives?|living|lived|moved|moving|home address is|address is|address|addressed to|resides?|staying)"
    r"(?: (?:at|on|in|to|near|off|just|is))* (?:the )?(?P<name>(?:[\w'.\-]+,? ){1,3}?)"
    rf"(?P<street>{_STREET}|way|court|gardens|gdns|terrace|place|close|flats|cottages?)(?!\w|'|-)"
)
_BY_STREET: Final = re.compile(
    rf"\b(?:in|on|at|off|of|to|is|near|from),? (?P<name>(?:[a-z'][\w'.\-]* ){{1,2}})(?P<street>{_STREET})\.?(?:,? \(?(?:number|no\.?|house|flat|at number) ?)\d{{1,4}}[a-h]?(?!\w)"
)
_THE_STREET: Final = re.compile(
    r"(?:\b(?:at|to|from|address|home|house|of)|[,:]) \d{1,3}[a-h]?,? the (?:spinney|paddocks?|green|croft|close|drive|crescent|avenue|grove|lane"
    r"|mount|orchard|meadows?|glade|copse|oval|ridings?|beeches|limes|oaks|willows|elms|poplars|hollies|maltings|mews|rise|ridgeway"
    r"|moorings|gables|links|fairway|hawthorns|larches|laurels|chase|dell|vale|warren|brambles|parade|broadway|square|terrace|villas|pines|cedars|chestnuts)\b"
)
_DWELLS_BY: Final = re.compile(
    r"\b(?:he|she|they|mum|dad|gran|nan|grandad|family|[a-z]+'s) (?:still |now )?lives? (?:[\w'\-]+ ){1,7}?(?:on|in|off) (?P<name>(?:[\w'.\-]+ ){1,2}?)"
    rf"(?P<street>{_STREET})(?!\w|'|-)"
)
# Words that never stand in the name of a street; mostly what is counted.
_NEVER_IN_A_NAME_TEXT: Final = (
    "a an and are at along as away by busy children child class classes cm crossed cross down during every "
    "families for from go going hour hours in into is it its kids km laps long main metre metres mile miles min "
    "mins minute minutes near of off on onto or our out over past people pupils runners schools second seconds "
    "short some steps th that their then they this through times to toward towards under up very was we went were "
    "which who with year years yr day days week weeks acre acres foot feet trees cars buses bikes houses shops "
    "buildings different new old's tall more other beautiful local whole entire way am pm per x good great quick "
    "nature o'clock big huge memory of's boys girls men women sesame drury doing having being"
)
_NEVER_IN_A_NAME: Final = frozenset(_NEVER_IN_A_NAME_TEXT.split())
_COUNTED_BEFORE: Final = re.compile(
    r"(?:year|years|class|key stage|ks|room|week|day|level|team|form|reception|yr|group|unit|chapter|part|act|stage|phase"
    r"|lesson|term|top|page|by|age|aged|over|nearly|about|around|all|the|these|those|our|their|first|last|took|ran|walked|counted|saw|only|for|route|number of|x|junction|bus|line) $"
)
_AT_HOME: Final = re.compile(r"(?:at|of|to|address|home|house|is|from|near|:|,|lives|live|number|no) ?$")
_FAMOUS: Final = re.compile(
    r"10,? downing st|221b?,? baker st|4,? privet drive|32,? windsor gardens|64,? zoo lane|42,? wallaby way|124,? conch st"
    r"|sesame st|coronation st|drury lane|penny lane|abbey road|albert square|cherry tree lane|pudding lane|electric avenue|quality st"
)


@cache
def _postcode() -> re.Pattern[str]:
    lines = _AREAS_FILE.read_text(encoding="utf-8").lower().splitlines()
    areas = [area for line in lines if not line.startswith("#") for area in line.split()]
    areas.sort(key=len, reverse=True)
    return re.compile(rf"(?<![\w#@/.-])((?:{'|'.join(areas)})\d[a-z\d]?) ?{_INWARD}(?!\w)|(?<!\w)gir ?0aa(?!\w)")


def email_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where e-mail addresses stand, those written ``jane [at] example dot com`` too."""
    if "@" in text:
        yield from (email.span() for email in _EMAIL.finditer(text))
    if _DISGUISED.search(text):
        yield from (email.span() for email in _SPELT_EMAIL.finditer(text) if _DISGUISED.search(email.group()))


def postcodes(text: str) -> Iterator[tuple[int, int]]:
    """Where full postcodes of the United Kingdom stand; ``Year B1 2nd place`` is none."""
    for postcode in _postcode().finditer(text):
        if postcode.group().replace(" ", "") in _PUBLIC_POSTCODES:
            continue
        ordinal = postcode[2] is not None and _ORDINAL.fullmatch(postcode[2])
        if ordinal and (_IN_A_LIST.search(text[: postcode.start()]) or re.match(r" [a-z]", text[postcode.end() :])):
            continue
        yield postcode.span()


def street_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where a house is named by number and street, or somebody is said to live in a street."""
    for address in _NUMBERED.finditer(text):
        if _is_address(text, address):
            yield address.span()
    for home in (*_DWELLS.finditer(text), *_DWELLS_BY.finditer(text), *_BY_STREET.finditer(text)):
        if not _unlike_a_name(home["name"]) and not _FAMOUS.search(home.group()):
            yield home.start("name"), home.end()
    for house in _THE_STREET.finditer(text):
        yield house.span()


def _is_address(text: str, address: re.Match[str]) -> bool:
    if _unlike_a_name(address["name"]) or _FAMOUS.match(address.group()):
        return False
    before = text[max(address.start() - 20, 0) : address.start()]
    if _COUNTED_BEFORE.search(before):
        return False
    if address["street"] and address["street"] not in ("close", "drive", "st", "grove", "lane"):
        return True
    return (
        bool(address["letter"])
        or _AT_HOME.search(before) is not None
        or not address["number"].isdigit()
        or not before.strip()
    )


def _unlike_a_name(name: str) -> bool:
    return not _NEVER_IN_A_NAME.isdisjoint(name.replace(",", "").split())
