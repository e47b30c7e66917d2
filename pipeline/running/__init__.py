"""How a run is started and the UI served: instance, run history, one cohort, the server.

What is materialised is declared in `defs`; nothing here computes.
"""
