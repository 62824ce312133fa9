"""The data dictionary: what the warehouse holds and means, as pages that stand alone."""
