"""What was read and measured is kept by content: samples as Parquet, measurements as JSON.

Nothing here reads a recording's own format or measures a signal.
"""
