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
FIRST, LAST = "split_part(name_{side}, ' ', 1)", "split_part(name_{side}, ' ', -1)"


def words_alike(combined: str, at_least: float) -> str:
    """Words of two names, in the order of the one or of the other, by their similarity."""
    first_l, last_l = FIRST.format(side="l"), LAST.format(side="l")
    first_r, last_r = FIRST.format(side="r"), LAST.format(side="r")
    in_order = (
        f"{combined}(jaro_winkler_similarity({first_l}, {first_r}),"
        f" jaro_winkler_similarity({last_l}, {last_r}))"
    )
    crossed = (
        f"{combined}(jaro_winkler_similarity({first_l}, {last_r}),"
        f" jaro_winkler_similarity({last_l}, {first_r}))"
    )
    both = "contains(name_l, ' ') and contains(name_r, ' ')"
    return f"{both} and greatest({in_order}, {crossed}) >= {at_least}"


FAMILY_NAME = "coalesce(family_name_{side}, left(name_{side}, 1))"
SAME_FAMILY_NAME = f"{FAMILY_NAME.format(side='l')} = {FAMILY_NAME.format(side='r')}"

NAME = Comparison(
    "name",
    (
        missing("name", "family_name"),
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
        Level("words_alike", words_alike("least", 0.85), "both words of the name are alike"),
        Level("one_word_alike", words_alike("greatest", 0.92), "one word of the name is alike"),
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
MOBILE = Comparison(
    "mobile",
    (
        missing("mobiles"),
        Level("masked", "list_has_any(mobiles_l, mobiles_r)", "the same first and last digits"),
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

WORDS = "string_split(address_{side}, ' ')"
SHARED_WORDS = (
    f"len(list_intersect({WORDS.format(side='l')}, {WORDS.format(side='r')}))"
    f" / greatest(len({WORDS.format(side='l')}), len({WORDS.format(side='r')}))"
)
ADDRESS = Comparison(
    "address",
    (
        missing("address"),
        Level("exact", same("address"), "the same address"),
        Level("most", f"{SHARED_WORDS} >= 0.6", "most of its words"),
        Level("some", f"{SHARED_WORDS} >= 0.3", "some of its words"),
    ),
)

COMPARISONS = (NAME, NICKNAME, BIRTH, PLACE, MOBILE, EMAIL, GENDER, ADDRESS)


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
