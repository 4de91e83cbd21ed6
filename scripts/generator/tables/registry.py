"""Raw table of the public register of companies."""

from __future__ import annotations

from .. import reference
from ..config import (
    Settings,
)
from ..reference import words
from ..world.activity import Activity
from .sql import (
    CleanTable,
)


def companies(settings: Settings, activity: Activity) -> CleanTable:
    """Companies of the register."""
    drawn = activity.companies
    divisions = reference.divisions(settings.divisions)
    names = (
        "province",
        "city",
        "district",
        "province_short",
        "city_short",
        "district_short",
        "province_english",
        "city_english",
    )
    return CleanTable(
        "registry.companies",
        {
            "name": drawn.name,
            "code": drawn.credit_code,
            "industry": words("industry").text[drawn.industry],
            "employees": drawn.n_employees,
            **{name: getattr(divisions, name)[drawn.division] for name in names},
        },
        """
            t.name as company_name,
            t.code as credit_code,
            t.industry,
            cast(t.employees as varchar) as n_employees,
            case when t.province = t.city then '' else t.province end || t.city || t.district
                as region
        """,
        helpers=", ".join(f"t.{name} as _{name}" for name in names),
    )
