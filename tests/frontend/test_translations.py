"""Every sentence of the pages has a Hindi translation, and the compiled catalogues match the .po files."""

import gettext
import re
from pathlib import Path

import allauth
import pytest

from frontend import translations
from tests.frontend.catalogues import LOCALE, entries, marked

DOMAINS = ["django", "djangojs"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%d|%%|\{\w+\}")
LATIN_IN_HINDI = {"AM", "PM", "GST"}  # written like this in Hindi too


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_marked_sentence_is_in_the_catalogue_and_nothing_else_is(domain):
    sentences = marked(domain)
    assert len(sentences) > 80, "the sources were not read"
    assert {entry.key for entry in entries(domain)} == sentences, "run `make texts` and translate what is new"


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_sentence_has_its_hindi(domain):
    for entry in entries(domain):
        assert not entry.fuzzy, f"copied from a similar sentence, check it: {entry.key}"
        assert len(entry.forms) == (1 if entry.key[2] is None else 2), entry.key
        for words in entry.forms:
            assert re.search("[\u0900-\u097f]", words) or entry.key[1] in LATIN_IN_HINDI, entry.key


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_translation_has_the_same_placeholders_as_its_sentence(domain):
    for entry in entries(domain):
        _context, one, many = entry.key
        expected = sorted(PLACEHOLDER.findall(one if many is None else many))
        for words in entry.forms[-1:]:
            assert sorted(PLACEHOLDER.findall(words)) == expected, entry.key
        for words in entry.forms[:-1]:  # "one seat" may omit its number
            assert set(PLACEHOLDER.findall(words)) <= set(expected), entry.key
            assert set(PLACEHOLDER.findall(words)) >= set(PLACEHOLDER.findall(one)), entry.key


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_catalogue_matches_the_po_file(domain):
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


def test_the_sentences_translated_for_allauth_still_exist_there():
    german = Path(allauth.__file__).parent / "locale" / "de" / "LC_MESSAGES" / "django.mo"
    with german.open("rb") as file:
        known = gettext.GNUTranslations(file)._catalog
    assert [sentence for sentence in translations.ACCOUNTS if sentence not in known] == []


def test_scripts_get_all_their_sentences_in_hindi_and_none_in_english():
    texts = translations.script_texts("hi")
    assert set(texts) == {one for _context, one, _many in marked("djangojs")}
    assert texts["{count} seat"] == ["{count} सीट", "{count} सीटें"]
    assert texts["SCREEN"] == "परदा"
    assert translations.script_texts("en") == {}
