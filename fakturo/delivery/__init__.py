"""From the outbox to whoever wants to know: signed webhooks and e-mail, at least once, ordered by subject."""
