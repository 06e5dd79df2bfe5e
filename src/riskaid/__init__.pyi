from riskaid.notebook import advise as advise
from riskaid.notebook import audit as audit
from riskaid.notebook import card as card
from riskaid.notebook import features as features
from riskaid.notebook import ingest as ingest
from riskaid.notebook import metric_frame as metric_frame
from riskaid.notebook import read_store as read_store
from riskaid.notebook import runs as runs
from riskaid.notebook import study as study
from riskaid.notebook import synth as synth
from riskaid.notebook import train as train

__version__: str
__all__ = [
    "advise",
    "audit",
    "card",
    "features",
    "ingest",
    "metric_frame",
    "read_store",
    "runs",
    "study",
    "synth",
    "train",
]
