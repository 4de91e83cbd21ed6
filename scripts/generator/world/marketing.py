"""Advertising and campaigns: who saw what, what it cost, and which purchases it caused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import AD_CHANNELS, CAMPAIGNS, CONTROL_SHARE, DAY, Settings, Stream, seconds
from ..reference import Floats, Ints
from .people import Accounts, Flags, People


@dataclass
class Exposures:
    """Visits that an advertisement brought; times in seconds, channel by its position."""

    person: Ints
    channel: Ints
    seen: Ints


@dataclass
class Touches:
    """Messages of campaigns, and the persons of control groups who got none."""

    person: Ints
    account: Ints
    campaign: Ints
    is_treated: Flags
    touched: Ints
    opened: Ints
    clicked: Ints


@dataclass
class Marketing:
    """All advertising; `spend` in cents has a row per channel and a column per day."""

    exposures: Exposures
    touches: Touches
    spend: Ints


@dataclass
class Caused:
    """Purchases that would not have been without an advertisement or a campaign.

    `cause` counts the advertising channels first, then the campaigns.
    """

    person: Ints
    day: Ints
    cause: Ints


def daily_intensity(settings: Settings, weights: Floats, rng: np.random.Generator) -> Floats:
    """How much each channel advertises on each day, 1 on average: shape (channels, days)."""
    n_days = len(weights)
    noise = rng.lognormal(0.0, 0.35, (len(AD_CHANNELS), n_days))
    # Budgets come in bursts of weeks, a different rhythm for each channel.
    week = np.arange(n_days) // 7
    bursts = rng.lognormal(0.0, 0.5, (len(AD_CHANNELS), int(week[-1]) + 1))[:, week]
    intensity = noise * bursts * np.sqrt(weights)
    scaled: Floats = intensity / intensity.mean(axis=1, keepdims=True)
    return scaled


def make_marketing(
    settings: Settings, people: People, accounts: Accounts, weights: Floats
) -> tuple[Marketing, Caused]:
    """Exposures, touches, spend, and the purchases that they cause by known amounts."""
    rng = settings.stream(Stream.MARKETING)
    intensity = daily_intensity(settings, weights, rng)
    exposures = _exposures(settings, people, intensity, rng)
    touches = _touches(settings, people, accounts, rng)
    n_days = intensity.shape[1]
    shown = np.array([c.exposures_per_person * c.cost_per_exposure for c in AD_CHANNELS])
    spend = (intensity * (shown * people.n / n_days)[:, None]).astype(np.int64)
    caused = _caused(settings, people, exposures, touches, rng)
    return Marketing(exposures, touches, spend), caused


def _exposures(
    settings: Settings, people: People, intensity: Floats, rng: np.random.Generator
) -> Exposures:
    """Anybody who is a customer by then may see an advertisement, whoever buys much or little."""
    n_days = intensity.shape[1]
    person, channel, seen = [], [], []
    for number, ad in enumerate(AD_CHANNELS):
        n = int(rng.poisson(ad.exposures_per_person * people.n))
        who = rng.integers(0, people.n, n)
        day = np.searchsorted(
            np.cumsum(intensity[number]) / intensity[number].sum(), rng.random(n), side="right"
        )
        at = settings.start + np.minimum(day, n_days - 1) * DAY + rng.integers(28_800, 82_800, n)
        known = at >= people.start[who]
        person.append(who[known])
        channel.append(np.full(int(known.sum()), number))
        seen.append(at[known])
    return Exposures(np.concatenate(person), np.concatenate(channel), np.concatenate(seen))


def _touches(
    settings: Settings, people: People, accounts: Accounts, rng: np.random.Generator
) -> Touches:
    """Each campaign draws people by chance, and a part of them by chance into its control group."""
    parts: list[tuple[Ints, ...]] = []
    for number, campaign in enumerate(CAMPAIGNS):
        first, last = seconds(campaign.first), seconds(campaign.last)
        known = accounts.registered[accounts.earliest_of_person] < first
        person = np.flatnonzero(known & (rng.random(people.n) < campaign.share))
        n = len(person)
        treated = rng.random(n) >= CONTROL_SHARE
        touched = first + rng.integers(0, (last - first) // DAY + 1, n) * DAY
        touched += rng.integers(9 * 3600, 20 * 3600, n)
        opens = treated & (rng.random(n) < campaign.opened_share)
        opened = touched + (rng.exponential(6 * 3600, n)).astype(np.int64) + 20
        clicks = opens & (rng.random(n) < campaign.clicked_share / campaign.opened_share)
        clicked = opened + rng.integers(5, 600, n)
        parts.append(
            (
                person,
                np.full(n, number),
                treated.astype(np.int64),
                touched,
                np.where(opens, opened, -1),
                np.where(clicks, clicked, -1),
            )
        )
    person, campaign_no, is_treated, touched, opened, clicked = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.lexsort((person, touched))
    person, touched = person[order], touched[order]
    account = accounts.first_of_person[person] + (
        rng.random(len(person)) * accounts.n_buying[person]
    ).astype(np.int64)
    account = np.where(
        accounts.registered[account] < touched, account, accounts.earliest_of_person[person]
    )
    return Touches(
        person,
        account,
        campaign_no[order],
        is_treated[order].astype(bool),
        touched,
        opened[order],
        clicked[order],
    )


def _caused(
    settings: Settings,
    people: People,
    exposures: Exposures,
    touches: Touches,
    rng: np.random.Generator,
) -> Caused:
    world = settings.world
    lift = np.array([ad.purchases_per_exposure for ad in AD_CHANNELS])
    hit = np.flatnonzero(rng.random(len(exposures.person)) < lift[exposures.channel])
    lag = rng.exponential(world.ad_lag_days * DAY, len(hit)).astype(np.int64)

    effect = np.array([campaign.purchases_per_person for campaign in CAMPAIGNS])
    wanted = effect[touches.campaign, people.sensitivity[touches.person]]
    moved = np.flatnonzero(touches.is_treated & (rng.random(len(wanted)) < wanted))
    later = rng.exponential(world.campaign_lag_days * DAY, len(moved)).astype(np.int64)

    person = np.concatenate([exposures.person[hit], touches.person[moved]])
    when = np.concatenate([exposures.seen[hit] + lag, touches.touched[moved] + later])
    cause = np.concatenate([exposures.channel[hit], len(AD_CHANNELS) + touches.campaign[moved]])
    # Beyond the extracts nobody sees it; such purchases are lost, in truth too.
    inside = when < settings.end
    return Caused(person[inside], when[inside] // DAY * DAY, cause[inside])
