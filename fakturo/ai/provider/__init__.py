"""One HTTP attempt at an OpenAI-compatible provider, and what it says about itself."""
