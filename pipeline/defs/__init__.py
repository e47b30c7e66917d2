"""Dagster wiring only: assets by stage, checks, partitions, sensor, storage, resources.

No arithmetic here: an asset calls the domain, stores what it answers and shows it to people.
"""
