"""The engine: the same work on many units, one after another, in processes, or on Dask.

It knows neither recordings nor Dagster; a unit and the function on it are arguments.
"""
