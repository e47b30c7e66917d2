"""The Stance pipeline: intake, signals, statistics, publishing, and the Dagster layer that wires them.

Arrows point one way: cli -> defs -> {publishing, statistics, signals, intake, simulation} ->
{workspace, schemas}. The middle folders do not import each other and know nothing of Dagster.
"""
