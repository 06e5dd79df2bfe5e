"""How old a reader must be for a text: the Flesch-Kincaid measure.

Grade = 0.39 x words in a sentence + 11.8 x syllables in a word - 15.59 (Kincaid and
others, 1975, for American school years); a pupil of grade n is about n + 5 years old.
It counts, and does not understand: a short word can be hard.
"""

import re

SENTENCE_ENDS = re.compile(r"[.?!:;]+(?:\s|$)")
WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|\d+")
VOWELS = re.compile(r"[aeiouy]+")
AGE_AT_GRADE_0 = 5


def reading_age(text: str) -> float:
    """The age in years at which a pupil reads the text with ease; 5 at the least.

    Every word of figures counts as one syllable. A text without a word reads as 5.
    """
    words = WORD.findall(text)
    if not words:
        return float(AGE_AT_GRADE_0)
    sentences = max(1, len([s for s in SENTENCE_ENDS.split(text) if WORD.search(s)]))
    syllables = sum(syllables_of(word) for word in words)
    grade = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    return max(0.0, grade) + AGE_AT_GRADE_0


def syllables_of(word: str) -> int:
    """How many syllables an English word has, by its groups of vowels."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    groups = len(VOWELS.findall(plain))
    if re.search(r"[^aeiouyl]e$|[^aeiouydt]ed$|[^aeiouycsxz]es$", plain):
        groups -= 1
    return max(1, groups)
