"""Estimates become one report model, and the model becomes HTML, DOCX, XLSX and CSV.

No number is computed here and no literal number stands in a template; no Dagster here.
"""
