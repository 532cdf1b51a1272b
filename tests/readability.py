"""How easily a text is read, by formulas that are known.

English: the grade of Flesch and Kincaid (Kincaid et al. 1975, Naval Technical Training Command report 8-75): the years
of school in the United States that a reader needs. A twelve-year-old there is in grade 6 or 7.
Spanish: the perspicuity of Szigriszt Pazos (1993) on the scale INFLESZ (Barrio Cantalejo et al. 2008, An Sist Sanit
Navar 31(2): 135-152), which was validated on texts for patients: from 65 up "quite easy", as texts of primary school.
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?…]+[”»]?(?:\s|$)|\n")
_STRONG, _WEAK = "aeoáéíóú", "iuü"


def words_of(text: str) -> list[str]:
    return _WORD.findall(text)


def sentences_of(text: str) -> list[str]:
    return [part for part in _SENTENCE_END.split(text) if words_of(part)]


def syllables_en(word: str) -> int:
    """Count groups of vowels, without a silent e at the end."""
    small = word.lower()
    found = len(re.findall(r"[aeiouy]+", small)) + len(re.findall(r"(?<!p)eo|ia|(?<![tsc])io", small))
    if re.search(r"[^aeiouyl]es?$|[^aeiouytd]ed$", small) and not re.search(r"(?:[sxzcg]|ch|sh)es$", small):
        found -= 1
    return max(found, 1)


def syllables_es(word: str) -> int:
    """Count nuclei: two strong vowels are two syllables, an accented weak one stands alone, the others join."""
    small = unicodedata.normalize("NFC", word.lower())
    small = re.sub(r"qu(?=[eiéí])", "q", small)
    small = re.sub(r"gu(?=[eiéí])", "g", small)
    small = re.sub(r"y$", "i", small)
    found, before = 0, "-"
    for letter in small:
        begins_strong = letter in _STRONG and (before not in _WEAK or letter in "íú")
        begins_weak = letter in _WEAK and before not in _STRONG + _WEAK
        found += begins_strong or begins_weak
        before = letter if letter in _STRONG + _WEAK else "-"
    return max(found, 1)


def grade_en(text: str) -> float:
    """Flesch and Kincaid's grade."""
    words, sentences = words_of(text), sentences_of(text)
    syllables = sum(syllables_en(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def inflesz_es(text: str) -> float:
    """Perspicuity, 0 to 100; higher is easier."""
    words, sentences = words_of(text), sentences_of(text)
    syllables = sum(syllables_es(word) for word in words)
    return 206.835 - 62.3 * syllables / len(words) - len(words) / len(sentences)
