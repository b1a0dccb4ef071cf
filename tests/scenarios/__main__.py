"""`python -m tests.scenarios`: finds the modules beside it, however it is started."""

import sys
from pathlib import Path
from runpy import run_module

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
run_module("scenarios.report", run_name="__main__")
