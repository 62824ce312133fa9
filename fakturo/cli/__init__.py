"""The `fakturo` command: the front door. One file a verb group; heavy rooms are imported inside functions."""
