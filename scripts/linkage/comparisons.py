"""What of two entities is compared, and in which degrees it may agree.

The columns are those of int_identity__entities. The first level whose condition holds is the one
that counts, so cheap conditions stand first; where none holds, the two differ. A level that is
weighed by frequency says more of a rare value than of a common one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .parameters import Parameters

# Prefixes and suffixes of Splink's own columns.
ENTITY = "entity_no"


@dataclass(frozen=True)
class Level:
    """A degree of agreement."""

    name: str
    condition: str
    description: str
    frequency_of: str | None = None
    is_null: bool = False


@dataclass(frozen=True)
class Comparison:
    """One thing that is compared; the last level, `different`, needs no condition."""

    name: str
    levels: tuple[Level, ...]

    @property
    def scored_levels(self) -> tuple[str, ...]:
        """Names of the levels that have a weight."""
        return (*(level.name for level in self.levels if not level.is_null), DIFFERENT)


DIFFERENT = "different"


def missing(*columns: str) -> Level:
    """Nothing to compare: one of the two has none of the columns."""
    sides = (" and ".join(f"{column}_{side} is null" for column in columns) for side in ("l", "r"))
    condition = " or ".join(f"({side})" for side in sides)
    return Level("missing", condition, "not known of both", is_null=True)


def same(column: str) -> str:
    """Both have the same value."""
    return f"{column}_l = {column}_r"


# Chinese names have no blank between their words, other names have one.
CHINESE = "not contains(name_l, ' ') and not contains(name_r, ' ')"
# DuckDB's levenshtein counts bytes, of which a sign has three.
DIFFERING_SIGNS = (
    "("
    + " + ".join(
        f"(substr(name_l, {place}, 1) <> substr(name_r, {place}, 1))::integer"
        for place in range(1, 5)
    )
    + ")"
)


def words_alike(combined: str, at_least: float) -> str:
    """First and last word of two Latin names, in either order, by their similarity."""
    words = [[f"split_part(latin_name_{side}, ' ', {n})" for n in (1, -1)] for side in "lr"]
    (first_l, last_l), (first_r, last_r) = words
    pairings = [((first_l, first_r), (last_l, last_r)), ((first_l, last_r), (last_l, first_r))]
    alike = [
        f"{combined}({', '.join(f'jaro_winkler_similarity({a}, {b})' for a, b in pairing)})"
        for pairing in pairings
    ]
    return f"greatest({', '.join(alike)}) >= {at_least}"


def written_alike(at_least: float) -> str:
    """The whole Latin names, wherever their blanks are."""
    letters = ", ".join(f"replace(latin_name_{side}, ' ', '')" for side in "lr")
    return f"jaro_winkler_similarity({letters}) >= {at_least}"


FAMILY_NAME = "coalesce(family_name_{side}, left(name_{side}, 1))"
SAME_FAMILY_NAME = f"{FAMILY_NAME.format(side='l')} = {FAMILY_NAME.format(side='r')}"

NAME = Comparison(
    "name",
    (
        missing("name", "family_name", "latin_name"),
        Level("exact", same("name"), "the same full name", frequency_of="name"),
        Level(
            "sound",
            f"name_l is not null and name_r is not null and {same('sound')}",
            "the same sound or the same signs, in any order",
            frequency_of="sound",
        ),
        Level(
            "one_sign",
            f"{CHINESE} and length(name_l) = length(name_r) and length(name_l) >= 3"
            f" and {DIFFERING_SIGNS} = 1",
            "one sign of three or more differs",
        ),
        Level(
            "words_alike",
            f"contains(latin_name_l, ' ') and contains(latin_name_r, ' ')"
            f" and {words_alike('least', 0.85)}",
            "both words of the name are alike",
        ),
        Level("one_word_alike", words_alike("greatest", 0.92), "one word of the name is alike"),
        Level("written_alike", written_alike(0.85), "the names as they are written are alike"),
        Level(
            "partial",
            f"(name_l is null or name_r is null) and {SAME_FAMILY_NAME}",
            "the same family name, and no more is known of one of the two",
        ),
        Level("family_name", f"{CHINESE} and {SAME_FAMILY_NAME}", "the family name only"),
    ),
)

NICKNAME = Comparison(
    "nickname",
    (
        Level("exact", same("nickname"), "the same nickname", frequency_of="nickname"),
        Level(
            "sound",
            f"(name_l is null or name_r is null) and {same('sound')}",
            "letters of the nickname (wangli59) sound like the name or the other's nickname",
            frequency_of="sound",
        ),
        missing("nickname"),
    ),
)

# 07/03 for 03/07, one digit mistyped or two exchanged: a unit of the distance for each.
SWAPPED_DAY = (
    "year(birth_date_l) = year(birth_date_r) and month(birth_date_l) = day(birth_date_r)"
    " and day(birth_date_l) = month(birth_date_r)"
)
MISTYPED_DAY = (
    "damerau_levenshtein(cast(birth_date_l as varchar), cast(birth_date_r as varchar)) = 1"
)

BIRTH = Comparison(
    "birth",
    (
        missing("birth_year"),
        Level("exact", same("birth_date"), "the same day"),
        Level(
            "mistyped",
            f"({SWAPPED_DAY}) or {MISTYPED_DAY}",
            "day and month exchanged, or one digit mistyped",
        ),
        Level(
            "year",
            "birth_year_l = birth_year_r and (birth_date_l is null or birth_date_r is null)",
            "the same year, and one of the two has no day",
        ),
    ),
)

PLACE = Comparison(
    "place",
    (
        missing("province"),
        Level("district", same("district"), "the same district", frequency_of="district"),
        Level("city", same("city"), "the same city", frequency_of="city"),
        Level("province", same("province"), "the same province"),
    ),
)

TAILS = "list_transform(mobiles_{side}, lambda mobile: right(mobile, 4))"
# Some two people of a million share the digits that a mask shows: known in full, numbers tell.
SAME_MOBILE = (
    "list_has_any(mobiles_l, mobiles_r) and (full_mobiles_l is null or full_mobiles_r is null"
    " or list_has_any(full_mobiles_l, full_mobiles_r))"
)
MOBILE = Comparison(
    "mobile",
    (
        missing("mobiles"),
        Level("masked", SAME_MOBILE, "the same first and last digits, as far as numbers are known"),
        Level(
            "tail",
            f"list_has_any({TAILS.format(side='l')}, {TAILS.format(side='r')})",
            "the same last four digits",
        ),
    ),
)

EMAIL = Comparison(
    "email",
    (missing("email_name"), Level("exact", same("email_name"), "the same name before the @")),
)

# Who bear one name are of one sex, one person or not: that says nothing more.
GENDER = Comparison(
    "gender",
    (
        missing("gender"),
        Level(
            "told_by_name",
            f"{same('gender')} and {same('sound')}",
            "the same, as the name says already",
            is_null=True,
        ),
        Level("exact", same("gender"), "the same sex"),
    ),
)


# Pairs of letters: however the parts of an address are ordered and misspelt, most are the same.
def letters_alike(share: float) -> str:
    """The pairs of letters that both addresses have are at least that share of all."""
    shared = "len(list_intersect(address_letters_l, address_letters_r))"
    total = "(len(address_letters_l) + len(address_letters_r))"
    return f"{shared} >= {share / (1 + share):.6f} * {total}"


ADDRESS = Comparison(
    "address",
    (
        missing("address"),
        Level("exact", same("address"), "the same address"),
        *(
            Level(f"alike_{100 * share:.0f}", letters_alike(share), f"{share:.0%} alike")
            for share in (0.75, 0.6, 0.45, 0.3)
        ),
    ),
)


def numbers_alike(column: str) -> str:
    """One digit is another, or two are exchanged."""
    return f"damerau_levenshtein({column}_l, {column}_r) = 1"


HOUSE = Comparison(
    "house",
    (
        missing("house_number"),
        Level("exact", same("house_number"), "the same house number"),
        Level("mistyped", numbers_alike("house_number"), "one digit of the house number differs"),
    ),
)
POSTCODE = Comparison(
    "postcode",
    (
        missing("postcode"),
        Level("exact", same("postcode"), "the same postcode"),
        Level("mistyped", numbers_alike("postcode"), "one digit of the postcode differs"),
    ),
)

# What is compared and made of the columns of an entity only when it is compared.
DERIVED = {
    "address_letters": (
        "list_distinct(list_transform("
        "range(1, length(regexp_replace(address, '[^a-z0-9一-鿿]', '', 'g'))), lambda place:"
        " substr(regexp_replace(address, '[^a-z0-9一-鿿]', '', 'g'), place, 2)))"
    ),
}
# What the columns of a blocking rule say of others.
PARTS_OF = {
    "name_words": {"latin_name", "name", "sound"},
    "address_words": {"address"},
    "house_number": {"address", "house_number"},
    "postcode": {"address", "postcode"},
}

COMPARISONS = (NAME, NICKNAME, BIRTH, PLACE, MOBILE, EMAIL, GENDER, ADDRESS, HOUSE, POSTCODE)


def settings(parameters: Parameters | None = None, n_entities: int = 0) -> dict[str, Any]:
    """The model as Splink reads it, trained where parameters are given."""
    model: dict[str, Any] = {
        "link_type": "dedupe_only",
        "unique_id_column_name": ENTITY,
        "comparisons": [comparison_settings(each, parameters) for each in COMPARISONS],
        "blocking_rules_to_generate_predictions": [],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }
    if parameters is not None:
        model["probability_two_random_records_match"] = parameters.prior(n_entities)
    return model


def comparison_settings(comparison: Comparison, parameters: Parameters | None) -> dict[str, Any]:
    """One comparison as Splink reads it."""
    levels: list[dict[str, Any]] = []
    for level in comparison.levels:
        described: dict[str, Any] = {
            "sql_condition": level.condition,
            "label_for_charts": level.description,
        }
        if level.is_null:
            described["is_null_level"] = True
        if level.frequency_of:
            described["tf_adjustment_column"] = level.frequency_of
            described["disable_tf_exact_match_detection"] = True
        levels.append(described)
    levels.append({"sql_condition": "ELSE", "label_for_charts": "different"})
    if parameters is not None:
        scored = (level for level in levels if not level.get("is_null_level"))
        for name, described in zip(comparison.scored_levels, scored, strict=True):
            m, u = parameters.levels[comparison.name][name]
            described.update(m_probability=m, u_probability=u)
    return {
        "output_column_name": comparison.name,
        "comparison_levels": levels,
        "comparison_description": comparison.name,
    }
