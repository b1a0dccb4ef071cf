"""Run by the bench in a virtual environment of its own: the package lifetimes fitted to the same counts.

Arguments: an npz file of frequency, recency, age, value. Prints JSON.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter


def main(path):
    """Fit both models and print seconds, parameters and log-likelihoods."""
    found = np.load(path)
    table = pd.DataFrame({name: found[name] for name in found.files})
    began = time.perf_counter()
    purchases = BetaGeoFitter(penalizer_coef=0.0)
    purchases.fit(table.frequency, table.recency, table.age)
    first = time.perf_counter() - began
    chosen = table[table.frequency > 0]
    began = time.perf_counter()
    spending = GammaGammaFitter(penalizer_coef=0.0)
    spending.fit(chosen.frequency, chosen.value)
    second = time.perf_counter() - began
    told = {
        "purchases_s": first,
        "purchases": dict(purchases.params_),
        "purchases_likelihood": -purchases._negative_log_likelihood_ * len(table),
        "spending_s": second,
        "spending": dict(spending.params_),
    }
    print(json.dumps(told))


main(sys.argv[1])
