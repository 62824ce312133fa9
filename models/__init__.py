"""Predictions: frames in, numbers with bands out; the first model moves in with its backtest."""
