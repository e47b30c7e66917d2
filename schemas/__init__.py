"""What the data must be: controlled terms, table models, study.yaml and plan.yaml models, the rule catalogue.

Nothing here reads a file, fits a model or knows Dagster, and nothing here imports `pipeline`.
"""
