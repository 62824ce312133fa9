"""The hash that says which features a model was fitted on: their names and types, in order."""

import hashlib

import pandas as pd


def feature_hash(features: pd.DataFrame) -> str:
    """SHA-256, hexadecimal."""
    named = "\n".join(f"{name} {kind}" for name, kind in features.dtypes.items())
    return hashlib.sha256(named.encode()).hexdigest()
