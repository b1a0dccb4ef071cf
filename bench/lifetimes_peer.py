"""Run by the bench in a virtual environment of its own: the package lifetimes at work on the same data.

Arguments: `fit` and an npz file of frequency, recency, age, value; or `summary` and one of customer,
day, amount_minor. Prints JSON.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import summary_data_from_transaction_data


def summarise(path):
    """Recency, frequency and money of each customer, as the package makes them of transactions."""
    found = np.load(path)
    table = pd.DataFrame(
        {
            "customer": found["customer"].astype(np.int64),
            "day": found["day"].astype("datetime64[D]").astype("datetime64[ns]"),
            "amount": found["amount_minor"].astype(np.float64),
        }
    )
    began = time.perf_counter()
    made = summary_data_from_transaction_data(
        table, "customer", "day", monetary_value_col="amount", freq="D"
    )
    print(json.dumps({"summary_s": time.perf_counter() - began, "customers": len(made)}))


def fit(path):
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


{"fit": fit, "summary": summarise}[sys.argv[1]](sys.argv[2])
