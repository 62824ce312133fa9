"""The only writer of business facts: tables, queue, numbering, drafts, outbox, audit chain."""
