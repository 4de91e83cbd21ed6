"""Codes of identity resolution as people read them, and names as people may read them."""

from __future__ import annotations

import re

LEVELS = {
    0: "decided by a person",
    1: "decisive",
    2: "verified, with a full name",
    3: "verified, without a name",
    4: "typed in, with a name that agrees",
    5: "by the family name only",
}

# docs/identity.md has the same reasons at length; what is not here is read as it is written.
REASONS = {
    "decisive": "one person has it within its scope",
    "one_name": "one person stands on it, and nothing said here differs from him",
    "verified": "verified here or said with the same nickname, and nobody's full name stands on it",
    "name_of_several": "several people share it, and it links those of one name",
    "nickname_of_one": "several people share it, and a nickname or note tells which of them it is",
    "family_name_of_one": "several people share it, and one alone has this family name",
    "nickname_of_several": "several people share it, and it links those of one nickname",
    "ambiguous_name": "several people share it, and the record does not tell which of them it is",
    "name_differs": "letters, receiver or note tell another name than the only one on it",
    "sex_differs": "the sexes differ, and no name outweighs it",
    "city_differs": "the cities differ, and no name outweighs it",
    "nickname_differs": "the nicknames differ, and no name outweighs it",
    "same_source": "a second account where the only person on it has one already",
    "ended": "held only after the other's statement of it had ended",
    "recycled": "the number was silent for long, or the accounts were opened long apart",
    "own_contradiction": "the record has two values of what one person has only once",
    "weak_without_name": "typed in, and no name confirms it",
    "placeholder": "a value that people type to get past a form",
    "hub_of_people": "on more people than one person's value can be",
    "hub_of_records": "on more records than one person's value can be",
    "type_never_links": "what is of this type proves nothing",
    "must_link": "a reviewer said that both are one person",
    "above_threshold": "likely enough to be merged",
    "between_thresholds": "too likely to drop, not likely enough to merge",
    "unique_type_differs": "each has another value of what one person has only once",
    "cannot_link": "a reviewer said that both are two people",
    "sex_and_birth_year_differ": "neither sex nor year of birth agrees",
    "legal_entities_apart": "legal entities stay apart",
    "names_differ": "the names are two people's",
    "email_differs": "the addresses differ, and too little else is alike",
    "mobile_differs": "the numbers differ, and too little else is alike",
    "doubted_by_firewall": "they share a number or an address of which it is not sure whose it is",
    "nothing_personal_agrees": "nothing of name, nickname, mobile or e-mail agrees",
    "chain_contradicts": "likely by itself, but a chain of such pairs would unite two people",
    "taken_apart": "exact evidence of the two contradicts itself",
}
# A Chinese, Japanese or Korean name.
CJK = re.compile(r"[㐀-鿿぀-ヿ가-힣\U00020000-\U000323af ·・]+")


def in_words(code: str) -> str:
    """A code as people read it."""
    return code.replace("_", " ")


def reason(code: str) -> str:
    """A reason with what it means."""
    return f"{in_words(code)} ({REASONS[code]})" if code in REASONS else in_words(code)


def level(number: int) -> str:
    """A level of evidence with what it means."""
    return f"level {number}, {LEVELS[number]}" if number in LEVELS else f"level {number}"


def counted(number: int, noun: str) -> str:
    """1 record, 2 records."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def masked_name(name: str | None) -> str:
    """张*, 欧*娜, M*** S***: as the macro mask_name has it; '' where there is none."""
    if not name:
        return ""
    if CJK.fullmatch(name):
        return name[0] + "*" + (name[-1] if len(name) > 2 else "")
    return re.sub(r"([^ ])[^ ]*", r"\1***", name)
