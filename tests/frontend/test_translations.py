"""Every sentence of the pages has its Hindi, and what is read at run time is what was written."""

import gettext
import re
from pathlib import Path

import allauth
import pytest

from frontend import translations
from tests.frontend.catalogues import LOCALE, entries, marked

DOMAINS = ["django", "djangojs"]
HOLE = re.compile(r"%\(\w+\)[sd]|%d|%%|\{\w+\}")
LATIN_TOO = {"AM", "PM", "GST"}  # written so in Hindi as well


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_marked_sentence_is_in_the_catalogue_and_nothing_else_is(domain):
    sentences = marked(domain)
    assert len(sentences) > 80, "the sources were not read"
    assert {entry.key for entry in entries(domain)} == sentences, "run `make texts` and translate what is new"


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_sentence_has_its_hindi(domain):
    for entry in entries(domain):
        assert not entry.fuzzy, f"guessed from a similar sentence, look at it: {entry.key}"
        assert len(entry.forms) == (1 if entry.key[2] is None else 2), entry.key
        for words in entry.forms:
            assert re.search("[\u0900-\u097f]", words) or entry.key[1] in LATIN_TOO, entry.key


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_translation_has_the_same_holes_as_its_sentence(domain):
    for entry in entries(domain):
        _context, one, many = entry.key
        wanted = sorted(HOLE.findall(one if many is None else many))
        for words in entry.forms[-1:]:
            assert sorted(HOLE.findall(words)) == wanted, entry.key
        for words in entry.forms[:-1]:  # "one seat" may do without its number
            assert set(HOLE.findall(words)) <= set(wanted), entry.key
            assert set(HOLE.findall(words)) >= set(HOLE.findall(one)), entry.key


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_catalogue_says_what_the_written_one_says(domain):
    with (LOCALE / "hi" / "LC_MESSAGES" / f"{domain}.mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)
    compiled.pop("")
    written = {}
    for entry in entries(domain):
        context, one, many = entry.key
        name = one if context is None else f"{context}\x04{one}"
        for form, words in enumerate(entry.forms):
            written[name if many is None else (name, form)] = words
    assert compiled == written, "the .mo file is older than the .po file: run `make texts`"


def test_the_sentences_we_translate_for_allauth_are_still_its_own():
    german = Path(allauth.__file__).parent / "locale" / "de" / "LC_MESSAGES" / "django.mo"
    with german.open("rb") as file:
        known = gettext.GNUTranslations(file)._catalog
    assert [sentence for sentence in translations.ACCOUNTS if sentence not in known] == []


def test_scripts_are_handed_every_sentence_of_theirs_in_hindi_and_none_in_english():
    texts = translations.script_texts("hi")
    assert set(texts) == {one for _context, one, _many in marked("djangojs")}
    assert texts["{count} seat"] == ["{count} सीट", "{count} सीटें"]
    assert texts["SCREEN"] == "परदा"
    assert translations.script_texts("en") == {}
