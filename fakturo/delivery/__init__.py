"""From the outbox to whoever wants to know: signed webhooks and e-mail, at least once, in order per subject."""
