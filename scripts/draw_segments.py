"""Draw the README's picture: which share of customers and of money each RFM segment holds.

Needs a font with Chinese characters (Debian: fonts-wqy-zenhei).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import altair as alt
import duckdb
import pandas as pd

GLOSS = {
    "重要价值客户": "best: recent, often, much",
    "重要发展客户": "to develop: recent, seldom, much",
    "重要保持客户": "to keep: long ago, often, much",
    "重要挽留客户": "to win back: long ago, seldom, much",
    "一般价值客户": "recent, often, little",
    "一般发展客户": "recent, seldom, little",
    "一般保持客户": "long ago, often, little",
    "一般挽留客户": "long ago, seldom, little",
}

SHARES = """
    select
        segment,
        count(*) as n_customers,
        count(*) / sum(count(*)) over () as customer_share,
        cast(sum(monetary_amount) / sum(sum(monetary_amount)) over () as double) as money_share
    from main.rfm_segments
    group by segment
    order by money_share desc
"""


def segment_shares(warehouse: Path) -> pd.DataFrame:
    """Return one row per segment: n_customers, customer_share, money_share (0 to 1)."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(SHARES).df()


def chart(shares: pd.DataFrame, title: str) -> alt.TopLevelMixin:
    """Return the chart of the shares, two bars a segment, most money first."""
    shares = shares.assign(label=[f"{name}  {GLOSS[name]}" for name in shares["segment"]])
    long = shares.melt(
        id_vars=["label", "segment", "n_customers"],
        value_vars=["customer_share", "money_share"],
        var_name="measure",
        value_name="share",
    ).replace({"measure": {"customer_share": "of customers", "money_share": "of net money"}})
    order = list(shares["label"])
    base = alt.Chart(long).encode(
        y=alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=400, ticks=False)),
        yOffset=alt.YOffset("measure:N"),
        x=alt.X("share:Q", title=None, axis=alt.Axis(format="%", grid=True, tickCount=6)),
    )
    bars = base.mark_bar(height={"band": 0.9}).encode(
        color=alt.Color(
            "measure:N",
            title="Share",
            scale=alt.Scale(range=["#9db4c0", "#c2571a"]),
            legend=alt.Legend(orient="top", direction="horizontal"),
        )
    )
    numbers = base.mark_text(align="left", dx=4, fontSize=11).encode(
        text=alt.Text("share:Q", format=".0%")
    )
    return (
        (bars + numbers)
        .properties(width=520, height=alt.Step(17), title=title)
        .configure(font="WenQuanYi Zen Hei")
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12, domain=False)
        .configure_title(anchor="start", fontSize=16, offset=12)
    )


def main() -> int:
    """Draw the picture of a built warehouse."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--warehouse",
        type=Path,
        default=Path(os.environ.get("WAREHOUSE", "build/warehouse.duckdb")),
        help="built warehouse (default: %(default)s)",
    )
    parser.add_argument("--title", default="RFM segments", help="title (default: %(default)s)")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("docs/images/segments.png"),
        help="picture to write (default: %(default)s)",
    )
    arguments = parser.parse_args()
    if not arguments.warehouse.is_file():
        print(f"{arguments.warehouse}: no such warehouse. Build it: make build", file=sys.stderr)
        return 2
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    picture = chart(segment_shares(arguments.warehouse), arguments.title)
    picture.save(str(arguments.out), scale_factor=1.5)
    print(f"written: {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
