"""The AI step: ask a model to read free text, prove what it says against the text, never guess."""
