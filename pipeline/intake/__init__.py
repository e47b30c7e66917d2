"""Files of a cohort folder become cells, cells become validated tables and findings.

No statistics, no signals, no Dagster here; nothing here writes into a cohort folder.
"""
