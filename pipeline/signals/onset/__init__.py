"""When a muscle switches on: detectors by name, an interval, and a reason where there is no onset.

No files; windows come from the caller.
"""
