"""Whether a model's reading of an order text is what the text says. Pure."""
