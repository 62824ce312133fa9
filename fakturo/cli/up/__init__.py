"""`fakturo up` and `fakturo demo`: all processes of one machine."""
