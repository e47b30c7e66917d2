"""Pictures of recordings and the page that shows them, worst first. They hold codes and signals of persons.

Drawn from tables alone (`schemas.recording_traces`, `schemas.recording_signals`); nothing is measured here.
"""
