"""Predictions: frames in, numbers with bands out; the first model moves in with its backtest."""

import os

# Boosted trees are grown by OpenMP, whose threads wait by spinning: where another process has the second
# processor, a fit of 11 s took 438 s. Read when scikit-learn is first imported, which models do late.
os.environ.setdefault("OMP_NUM_THREADS", "1")
