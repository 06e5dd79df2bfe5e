"""Case tables about children looked after and about going missing."""

from riskaid.language import CodeColumn, DateColumn, FlagColumn, NumberColumn, Table
from riskaid.records.lags import LAGS


class ClaEpisodes(Table):
    """Episodes of care: a new one with each change of placement or legal status.

    Where it is wrong: episodes left open in old returns, gaps and overlaps; they are
    repaired by stated rules at ingest and counted in the quality summary.
    """

    period_id = CodeColumn()
    start_reason = CodeColumn()
    need = CodeColumn()
    end = DateColumn(group="end")
    end_reason = CodeColumn(group="end")


class Placements(Table):
    """Where a looked-after child lived, by type and distance from home in miles."""

    placement_type = CodeColumn()
    provider = CodeColumn()
    distance_miles = NumberColumn()
    end = DateColumn(group="end")
    change_reason = CodeColumn(group="end")


class LegalStatuses(Table):
    """Legal status of a looked-after child from start to end."""

    legal_status = CodeColumn()
    end = DateColumn(group="end")


class MissingEpisodes(Table):
    """Times a child was reported missing, or away from care without authorisation.

    From the council (looked-after children) and, where a police feed is mapped, from
    home. Type M is missing, A is away with whereabouts known.
    Where it is wrong: councils draw the line between M and A differently; some systems
    hold the time a form was opened, not the time a child left; return interviews are
    recorded late or not at all.
    """

    episode_type = CodeColumn()
    end = DateColumn(group="end")
    rhi_offered = FlagColumn(group="rhi")
    rhi_accepted = FlagColumn(group="rhi")


class SdqScores(Table):
    """Strengths and difficulties questionnaire: total difficulties score, 0 to 40."""

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
