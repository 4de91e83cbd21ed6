"""The evidence graph as a picture, readable with two records and with sixty."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import altair as alt
import pandas as pd

from .evidence import Evidence
from .layout import STRENGTHS, Layout, lay_out

COLOURS = (
    "#111111",
    "#0b3c5d",
    "#1f78b4",
    "#6baed6",
    "#b3cde3",
    "#7b3294",
    "#b8b8b8",
    "#e6761a",
)
# Families with Chinese characters on Linux, macOS and Windows.
FONT = "Noto Sans CJK SC, WenQuanYi Zen Hei, PingFang SC, Microsoft YaHei, sans-serif"
WIDTH = 1180
LEFT, RIGHT = 470, 760


def chart(layout: Layout, title: str) -> alt.TopLevelMixin:
    """Returns the picture of a layout."""
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, WIDTH], nice=False, zero=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[layout.height, 0], nice=False, zero=False))
    at = {each.key: (LEFT, each.y) for each in layout.records}
    at |= {each.key: (RIGHT, each.y) for each in layout.shared}
    lines = pd.DataFrame(
        [
            {
                "x": at[line.record][0],
                "y": at[line.record][1],
                "x2": at[line.shared][0],
                "y2": at[line.shared][1],
                "strength": line.strength,
            }
            for line in layout.lines
        ],
        columns=["x", "y", "x2", "y2", "strength"],
    )
    used = [each for each in STRENGTHS if each in set(lines["strength"])]
    boxes = pd.DataFrame(
        [
            {"x": 8, "x2": LEFT + 14, "y": top, "y2": bottom, "text": title_of_group}
            for title_of_group, top, bottom in layout.groups
        ]
    )
    nodes = pd.DataFrame(
        [
            {"x": LEFT, "y": each.y, "text": each.label, "note": each.note, "side": "record"}
            for each in layout.records
        ]
        + [
            {"x": RIGHT, "y": each.y, "text": each.label, "note": each.note, "side": "shared"}
            for each in layout.shared
        ]
    )
    records, shared = nodes[nodes["side"] == "record"], nodes[nodes["side"] == "shared"]
    background = (
        alt.Chart(boxes)
        .mark_rect(color="#f4f1ea", cornerRadius=6)
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q")
    )
    group_titles = (
        alt.Chart(boxes)
        .mark_text(align="left", baseline="top", dx=10, dy=9, fontWeight="bold", fontSize=12)
        .encode(x=x, y=y, text="text:N")
    )
    ties = (
        alt.Chart(lines)
        .mark_rule(strokeWidth=1.8)
        .encode(
            x=x,
            y=y,
            x2="x2:Q",
            y2="y2:Q",
            color=alt.Color(
                "strength:N",
                title=None,
                scale=alt.Scale(
                    domain=used, range=[COLOURS[STRENGTHS.index(each)] for each in used]
                ),
                legend=alt.Legend(
                    orient="top", direction="horizontal", symbolType="stroke", labelLimit=300
                ),
            ),
            strokeDash=alt.StrokeDash(
                "strength:N",
                scale=alt.Scale(
                    domain=used,
                    range=[[1, 0] if STRENGTHS.index(each) < 5 else [5, 4] for each in used],
                ),
                legend=None,
            ),
        )
    )
    dots = (
        alt.Chart(records)
        .mark_point(filled=True, size=90, color="#0b3c5d", opacity=1)
        .encode(x=x, y=y)
    )
    squares = (
        alt.Chart(shared)
        .mark_point(filled=True, size=80, shape="square", color="#c2571a", opacity=1)
        .encode(x=x, y=y)
    )
    record_labels = labels(records, x, y, "right", -12, "text", "#111111")
    record_notes = labels(records.assign(x=22), x, y, "left", 0, "note", "#777777")
    shared_labels = labels(shared, x, y, "left", 12, "text", "#111111")
    shared_notes = labels(shared.assign(x=RIGHT + 190), x, y, "left", 0, "note", "#777777")
    left_out = f"; {layout.n_left_out} records left out" if layout.n_left_out else ""
    layers = [background, group_titles, *([ties] if len(lines) else []), dots, squares]
    return (
        alt.layer(*layers, record_labels, record_notes, shared_labels, shared_notes)
        .properties(width=WIDTH, height=layout.height, title=title + left_out)
        .configure(font=FONT, background="white", padding=16)
        .configure_view(stroke=None)
        .configure_title(anchor="start", fontSize=15, offset=10)
        .configure_legend(labelFontSize=12, symbolSize=300, symbolStrokeWidth=3, columnPadding=18)
    )


def labels(
    nodes: pd.DataFrame, x: alt.X, y: alt.Y, align: str, dx: int, column: str, colour: str
) -> alt.Chart:
    """Returns the texts beside nodes."""
    return (
        alt.Chart(nodes)
        .mark_text(align=align, baseline="middle", dx=dx, fontSize=12, color=colour, limit=400)
        .encode(x=x, y=y, text=f"{column}:N")
    )


def file_name(ids: Sequence[str]) -> str:
    """Ids as part of a name of a file: letters, digits, dots and dashes."""
    return "_".join(re.sub(r"[^\w.-]+", "-", each) for each in ids)


def write(evidence: Evidence, ids: Sequence[str], folder: Path, kind: str) -> list[Path]:
    """Draws the graph into a folder, which is made; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"evidence_{file_name(ids)}.{kind}"
    title = f"What {' and '.join(ids)} share" if len(ids) > 1 else f"What holds {ids[0]} together"
    scale = {"scale_factor": 1.6} if kind == "png" else {}
    chart(lay_out(evidence, ids), title).save(str(path), **scale)
    return [path]
