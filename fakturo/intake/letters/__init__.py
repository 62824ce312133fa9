"""Orders that somebody wrote: e-mails and texts, read by code only where every line is understood."""
