"""Rules that take away: names of people of history, of characters and of books, which every school speaks of."""

from app.text.gazetteer import lexicon
from app.text.name_index import Role
from app.text.name_pieces import Form, Naming
from app.text.name_scene import Scene, Weights
from app.text.name_signs import acts, class_beside, praise_before


def well_known(naming: Naming, scene: Scene) -> Weights:
    """People of history, characters, titles, places, days."""
    if not scene.phrases.isdisjoint(range(naming.first, naming.last)):
        yield (-6.0 if naming.form is Form.SINGLE else -4.5), "part of a well-known name, title or phrase"
    elif naming.form is Form.SINGLE and scene.key(naming) in lexicon("well-known"):
        if scene.keys & (lexicon("story-words") | lexicon("well-known")) - {scene.key(naming)} and not _is_child(
            naming, scene
        ):
            yield -3.2, "a character or figure among others or in a story"
        else:
            yield (-0.6 if naming.role is Role.FIRST else -2.2), "also a well-known character or figure"


def works(naming: Naming, scene: Scene) -> Weights:
    """Books, films, plays, people learnt about."""
    before, after = scene.before(naming, 4), scene.after(naming, 3)
    if before and before[0].key in ("by", "with", "to", "for", "from", "and"):
        return
    keys = [word.key for word in after]
    if any(word.key in lexicon("works-before") for word in before):
        yield -1.8, "after words about a book, play or person of history"
    behind = keys[1:2] if keys[:1] == ["the"] else keys[:1]
    if behind and behind[0] in lexicon("works-after") and not scene.last(naming).possessive:
        yield -2.4, "before words about a book or play"
    if keys[1:3] == ["played", "by"]:
        yield -3.0, "a part in a play"
    titled = len(after) > 2 and scene.starts_capital(after[2]) and not scene.is_class_or_year(after[2])
    if titled and keys[:2] in (["and", "the"], ["in", "the"], ["and", "his"]):
        yield -2.5, "like the title of a story"


def stories(naming: Naming, scene: Scene) -> Weights:
    """Words of history, scripture and legend elsewhere in the text."""
    key = scene.key(naming)
    if any(f"{key}+{word}" in lexicon("tell-tales") for word in scene.keys) and not _is_child(naming, scene):
        yield -3.6, "somebody of a story or of history whom another word tells"
    if scene.keys & lexicon("story-words") - {key}:
        scripture = scene.key(naming) in lexicon("scripture-names") and scene.keys & lexicon("scripture-words")
        yield (-2.6 if scripture else -1.0), "words of history, scripture or legend nearby"


def among_titles(naming: Naming, scene: Scene) -> Weights:
    """Characters and titles where the text is about books, or in a list with well-known titles and people."""
    key = scene.key(naming)
    fictional = key in lexicon("well-known") or key in lexicon("book-names")
    if not scene.phrases.isdisjoint(scene.in_list(naming)):
        yield (
            (-2.8 if fictional and not _is_child(naming, scene) else -1.0),
            "in a list with well-known titles or people",
        )
    elif (
        fictional
        and scene.keys & lexicon("book-words")
        and not (scene.owns(naming) or _does(naming, scene) or _is_child(naming, scene))
    ):
        yield (-1.8 if key in lexicon("well-known") else -1.0), "a character or title where books are spoken of"


def _is_child(naming: Naming, scene: Scene) -> bool:
    """Whether praise stands before it, or a year or class beside it."""
    return any(weight > 1 for sign in (praise_before, class_beside) for weight, _ in sign(naming, scene))


def _does(naming: Naming, scene: Scene) -> bool:
    after = scene.after(naming, 1)
    return bool(after) and (acts(after[0]) or after[0].key in lexicon("pronouns"))
