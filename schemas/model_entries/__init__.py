"""The catalogue of models: one entry per model, with everything that plan, analysis and report need of it.

Entries are facts and addresses; no model is fitted and nothing of the pipeline is imported here.
"""
