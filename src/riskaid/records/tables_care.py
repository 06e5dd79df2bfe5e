"""Case tables about children looked after and about going missing."""

from riskaid.language import CodeColumn, DateColumn, FlagColumn, NumberColumn, Table
from riskaid.records.lags import LAGS


class ClaEpisodes(Table):
    """Episodes of care: a new one with each change of placement or legal status.

    Where it is wrong: episodes left open in old returns (13), gaps and overlaps
    (14); they are repaired by stated rules at ingest and counted in the quality
    summary. Reasons are words in some systems (7). A return holds a year; an Annex
    A the period of care alone.
    """

    period_id = CodeColumn()
    start_reason = CodeColumn()
    need = CodeColumn()
    end = DateColumn(group="end")
    end_reason = CodeColumn(group="end")


class Placements(Table):
    """Where a looked-after child lived, by type and distance from home in miles.

    Where it is wrong: two may be open at once, a holiday beside a home (14); the
    distance is there only where the system works it out, and codes come and go from
    year to year (27). A return has no distance; an Annex A only the latest
    placement.
    """

    placement_type = CodeColumn()
    provider = CodeColumn()
    distance_miles = NumberColumn()
    end = DateColumn(group="end")
    change_reason = CodeColumn(group="end")


class LegalStatuses(Table):
    """Legal status of a looked-after child from start to end.

    Where it is wrong: two may be so on one day, and some stay open (14); an SSD
    holds more kinds than a return, in words (7). An Annex A holds the latest alone.
    """

    legal_status = CodeColumn()
    end = DateColumn(group="end")


class MissingEpisodes(Table):
    """Times a child was reported missing, or away from care without authorisation.

    From the council (looked-after children) and, where a police feed is mapped, from
    home. Type M is missing, A is away with whereabouts known.
    Where it is wrong: councils draw the line between M and A differently, and many
    record all as M; some systems hold the time a form was opened, and not the time
    a child left, so count the starts and doubt the days; return interviews are
    recorded late, as not applicable, refused, or not at all (16). It is not in the
    DfE's early feed. A return holds looked-after children alone; an Annex A
    only how many.
    """

    episode_type = CodeColumn()
    end = DateColumn(group="end")
    rhi_offered = FlagColumn(group="rhi")
    rhi_accepted = FlagColumn(group="rhi")


class SdqScores(Table):
    """Strengths and difficulties questionnaire: total difficulties score, 0 to 40.

    Where it is wrong: scores repeat under other ids, and some are words (12); only
    children looked after for a year are asked, and not all of them are. A return
    has no date for it; an Annex A none at all.
    """

    score = NumberColumn()


cla_episodes = ClaEpisodes(
    "cla_episodes",
    kind="spell",
    lag_days=LAGS["cla_episodes"].days,
    group_lags=LAGS["cla_episodes"].groups,
)
placements = Placements(
    "placements",
    kind="spell",
    lag_days=LAGS["placements"].days,
    group_lags=LAGS["placements"].groups,
)
legal_statuses = LegalStatuses(
    "legal_statuses",
    kind="spell",
    lag_days=LAGS["legal_statuses"].days,
    group_lags=LAGS["legal_statuses"].groups,
)
missing_episodes = MissingEpisodes(
    "missing_episodes",
    kind="spell",
    lag_days=LAGS["missing_episodes"].days,
    group_lags=LAGS["missing_episodes"].groups,
)
sdq_scores = SdqScores("sdq_scores", kind="event", lag_days=LAGS["sdq_scores"].days)
