"""What is measured of one recording, as records: one field per value.

Records only; how a value is computed stands in emg, force, onset and quality.
"""
