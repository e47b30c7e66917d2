"""What the data manager decided about findings, and who left the analysis by it.

Reads decisions.csv; nothing here writes it.
"""
