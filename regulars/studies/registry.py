"""Which function does which kind of study; the doors know the requests alone (`requests`)."""

from collections.abc import Mapping
from typing import Any

from regulars.studies.analysis import run_analysis
from regulars.studies.asked_replays import run_optimisation, run_simulation
from regulars.studies.importing import run_import
from regulars.studies.work import Run

RUNS: Mapping[str, Run[Any]] = {
    "analysis": run_analysis,
    "simulation": run_simulation,
    "optimisation": run_optimisation,
    "import": run_import,
}
