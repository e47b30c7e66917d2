"""Rules about rows and persons: who they belong to, what contradicts what.

The sentences stand in schemas.rules; nothing here changes a value that a lab typed.
"""
