"""Text as we compare it: one spelling for all the ways of writing a letter, and the way back to the source.

Whatever hides a word from a plain search (accents, look-alike letters of other scripts, invisible characters,
letters spread apart, digits for letters) is undone here, and every folded character remembers where it came from.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final

__all__ = ["Folded", "Token", "deleet", "fold", "joined_runs", "masked_words", "source_span", "squeeze", "tokens"]


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded ``text``; ``at[i]`` is the place in ``source`` of its character i, and ``at[len(text)] == len(source)``.

    ``in_place``: every character is where it was, so that ``at`` need not be asked.
    """

    text: str
    at: tuple[int, ...]
    source: str
    in_place: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A word: ``start`` to ``end`` in the source, its folded ``key``, and ``raw``, the slice of the source."""

    start: int
    end: int
    key: str
    raw: str


# Letters of other scripts, and Latin letters that NFKD leaves alone, by what they look like. The pairs follow
# Unicode's confusables.txt where it agrees with what a reader sees in a name; Cyrillic and Greek capitals differ
# from their small letters, so folding to lower case comes last.
_LOOKALIKES: Final = (
    "–– ßss ẞss æae Æae œoe Œoe þth Þth ðd Ðd đd Đd łl Łl øo Øo ħh Ħh ŧt Ŧt ŋn Ŋn ıi ĸk ƒf ɓb Ɓb ɗd Ɗd ƙk Ƙk əe Əe "
    "ɛe Ɛe ɔo Ɔo ɑa ɡg ɩi ɪi ʋv ʏy ɴn ʀr ʙb ɢg ʜh ʟl ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ꜰf ꜱs ǀl ƶz Ƶz ɨi Ɨi ʉu "
    "аa бb вb гr дd еe зz иu кk лl мm нh оo пn рp сc тt уy фf хx цu чy ьb ѕs іi јj ћh һh ԁd ԛq ԝw ґr єe ѵv ӏl ҝk ғf ҡk "
    "АA ВB ГR ЕE ЗZ ИN КK ЛL МM НH ОO ПN РP СC ТT УY ФF ХX ЬB ЅS ІI ЈJ ЋH ҺH ԀD ԚQ ԜW ҐR ЄE ѴV ӀL ҒF ёe Ёe йu яr Яr "
    "αa βb γy δd εe ζz ηn θo ιi κk λl μu νv ξe οo πn ρp σo ςs τt υu φf χx ψw ωw "
    "ΑA ΒB ΓR ΕE ΖZ ΗH ΘO ΙI ΚK ΛA ΜM ΝN ΟO ΡP ΣE ΤT ΥY ΧX ϲc ϳj ϜF "
    "աw գq զq հh ոn ռn սu տs քp օo յj ցg ղn ՕO ՍU ՏS "
    "ᎪA ᏴB ᏟC ᎠD ᎬE ᏀG ᎻH ᎥI ᎫJ ᏦK ᏞL ᎷM ᏢP ᏒR ᏚS ᎢT ᏙV ᎳW ᎩY ᏃZ "
    "ꓮA ꓐB ꓚC ꓓD ꓰE ꓝF ꓖG ꓧH ꓲI ꓙJ ꓗK ꓡL ꓟM ꓠN ꓳO ꓑP ꓣR ꓢS ꓔT ꓴU ꓦV ꓪW ꓫX ꓬY ꓜZ "
    "‘' ’' ‚' ‛' ′' `' ´' ʼ' ʻ' ʹ' ˈ' ʾ' ʿ' ꞌ' ＇' ‐- ‑- ‒- －- −- ⁃- ﹣- ⁄/ ∕/ ∣| ǃ! "
)
# Letters without a look, though Unicode does not call them invisible: Hangul fillers and the blank Braille cell.
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# Rows of A-Z for which Unicode gives no compatibility spelling: negative circled and negative squared letters.
_LETTER_ROWS: Final = (0x1F150, 0x1F170)
_REGIONAL_A: Final = 0x1F1E6
_COUNTRIES: Final = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz "
    "ca cc cd cf cg ch ci ck cl cm cn co cp cr cu cv cw cx cy cz de dg dj dk dm do dz ea ec ee eg eh er es et eu fi fj "
    "fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu ic id ie il im in io iq ir "
    "is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm "
    "mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt "
    "pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz ta tc td tf tg th tj tk tl "
    "tm tn to tr tt tv tw tz ua ug um un us uy uz va vc ve vg vi vn vu wf ws xk ye yt za zm zw"
)
_FLAGS: Final = frozenset(_COUNTRIES.split())
_PLAIN: Final = re.compile(r"[\t\n\r -_a-~]*")  # nothing to fold but case
_REGIONAL_RUN: Final = re.compile("[\U0001f1e6-\U0001f1ff]+")
_LETTER: Final = r"[^\W\d_]"
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SPREAD: Final = re.compile(rf"(?<![^\W_]){_LETTER}([ .,\-_*·•/~|\n]{{1,3}}){_LETTER}(?:\1{_LETTER})+(?![^\W_])")
_LETTERS_APART: Final = re.compile(
    rf"[ .,\-_*·•/~|\n]{_LETTER}[ .,\-_*·•/~|\n]{{1,3}}{_LETTER}(?![^\W_])"
)  # in all spread
_SIGN_INSIDE: Final = re.compile(r"[@$!€£+|*#](?=[^\W_])|[$€£]")  # in all that is masked
_MASKED: Final = re.compile(
    r"(?<![^\W_])(?:[@$!€£][^\W_]|[^\W_]+[@$!€£+|*#](?=[^\W_]))[^\W_]*(?:[@$!€£+|*#]+[^\W_]+)*"
    r"|(?<![^\W_])[^\W\d_]{2,}[$€£](?![^\W_])"  # a last letter; "!" and "*" end too many words
)

_LEET: Final = {
    "4": "a", "@": "a", "8": "b", "3": "e", "€": "e", "6": "g", "9": "g", "1": "il", "!": "il", "|": "li",
    "0": "o", "5": "s", "$": "s", "7": "t", "+": "t", "2": "z", "£": "l",
}  # fmt: skip
_MOST_LEET: Final = 4  # signs with two readings that are tried both ways: at most 16 variants


def _lookalikes() -> dict[str, str]:
    return {pair[0]: pair[1:] for pair in _LOOKALIKES.split(" ") if pair}


class _Table(dict[str, str]):
    """What each character folds to, worked out when first met."""

    def __missing__(self, character: str) -> str:
        folded = self[character] = "".join(self._each(character)).lower()
        return folded

    def _each(self, character: str) -> Iterator[str]:
        looks = _SAME_LOOK.get(character)
        if looks is not None:
            yield looks
            return
        for part in unicodedata.normalize("NFKD", character):
            if part in "\t\n\r\x0b\x0c\x85\u2028\u2029":
                yield "\n" if part not in "\t\r" else part
            elif unicodedata.category(part) not in _UNSEEN and part not in _BLANK:
                yield _SAME_LOOK.get(part) or _row_letter(part) or part


_SAME_LOOK: Final = _lookalikes()
_UNSEEN: Final = frozenset({"Mn", "Me", "Cf", "Cc"})


def _row_letter(character: str) -> str:
    for first in _LETTER_ROWS:
        if first <= ord(character) < first + 26:
            return chr(ord("a") + ord(character) - first)
    return ""


_TABLE: Final = _Table()


def fold(text: str) -> Folded:
    """The text in lower case Latin letters as far as they look it, without marks and invisible characters."""
    if _PLAIN.fullmatch(text):
        return Folded(text.lower(), tuple(range(len(text) + 1)), text, in_place=True)
    spelt = _spelt_with_flags(text)
    if not spelt:
        folded_each = [_TABLE[character] for character in text]
        folded_text = "".join(folded_each)
        if len(folded_text) == len(text) and "" not in folded_each:
            return Folded(folded_text, tuple(range(len(text) + 1)), text, in_place=True)
    pieces: list[str] = []
    at: list[int] = []
    for place, character in enumerate(text):
        folded = spelt.get(place) or _TABLE[character]
        pieces.append(folded)
        at.extend([place] * len(folded))
    at.append(len(text))
    return Folded("".join(pieces), tuple(at), text)


def _spelt_with_flags(text: str) -> dict[int, str]:
    """Letters by place where regional indicators spell something else than the flags of countries."""
    letters: dict[int, str] = {}
    for run in _REGIONAL_RUN.finditer(text):
        word = "".join(chr(ord("a") + ord(sign) - _REGIONAL_A) for sign in run.group())
        pairs = [word[place : place + 2] for place in range(0, len(word), 2)]
        if not _FLAGS.issuperset(pairs):
            letters.update(zip(range(*run.span()), word, strict=True))
    return letters


def source_span(folded: Folded, start: int, end: int) -> tuple[int, int]:
    """The stretch of the source from which folded characters ``start`` to ``end`` came, with its last accents."""
    if folded.in_place:
        return start, max(start, end)
    if end <= start:
        return folded.at[start], folded.at[start]
    last = folded.at[end - 1] + 1
    while last < folded.at[end] and unicodedata.category(folded.source[last]) in ("Mn", "Me"):
        last += 1
    return folded.at[start], last


def _token(folded: Folded, start: int, end: int, key: str) -> Token:
    first, last = source_span(folded, start, end)
    return Token(first, last, key, folded.source[first:last])


def tokens(folded: Folded) -> tuple[Token, ...]:
    """The words in order: letters and digits, with apostrophes inside (``o'neill``, ``alice's``)."""
    return tuple(_token(folded, *word.span(), word.group()) for word in _WORD.finditer(folded.text))


def joined_runs(folded: Folded) -> tuple[Token, ...]:
    """Words whose letters stand apart (``J a c o b``, ``J.a.c.o.b``), three letters or more, joined into one."""
    if not _LETTERS_APART.search(folded.text):
        return ()
    return tuple(
        _token(folded, *run.span(), "".join(re.findall(_LETTER, run.group()))) for run in _SPREAD.finditer(folded.text)
    )


def masked_words(folded: Folded) -> tuple[Token, ...]:
    """Words with signs in the place of letters (``h@mza``, ``$am``, ``sh!t``, ``f*ck``), the signs kept in the key."""
    if not _SIGN_INSIDE.search(folded.text):
        return ()
    return tuple(_token(folded, *word.span(), word.group()) for word in _MASKED.finditer(folded.text))


_HOUR: Final = re.compile(r"\d{1,4}(?:am|pm|st|nd|rd|th|km|cm|mm|kg|ml|mins?|hrs?|yrs?|yo|x|k|p|g|m|s)")


def deleet(word: str) -> tuple[str, ...]:
    """What a folded word of letters, digits and signs may be meant to spell; empty if there is nothing to undo.

    ``j4cob`` gives ``jacob``; a sign with two readings gives both (``1`` is i or l). A word of digits alone is a number.
    """
    signs = sum(character in _LEET for character in word)
    if not signs or signs == len(word) or not any(character.isalpha() for character in word):
        return ()
    if _HOUR.fullmatch(word):
        return ()
    doubtful = 0
    readings: list[str] = []
    for character in word:
        reading = _LEET.get(character, character)
        doubtful += len(reading) > 1
        readings.append(reading if doubtful <= _MOST_LEET else reading[0])
    return tuple("".join(each) for each in product(*readings))


def squeeze(word: str) -> tuple[str, ...]:
    """The word with letters drawn out (``aliiiice``) cut to one and to two; empty if none is drawn out."""
    if not re.search(r"(.)\1\1", word):
        return ()
    return (re.sub(r"(.)\1\1+", r"\1", word), re.sub(r"(.)\1\1+", r"\1\1", word))
