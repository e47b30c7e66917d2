"""study.yaml and plan.yaml: text becomes settings, names are held against the tables.

No data are read here.
"""
