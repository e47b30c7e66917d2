"""What `stance new` writes, the data dictionary, and the example rows in both directions.

Everything is made from the schemas; no rule is written twice.
"""
