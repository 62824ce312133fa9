"""Predictions: frames in, numbers with bands out. Nothing is predicted yet; the first model moves in with its backtest."""
