"""A draft of the `tables` part of study.yaml for headings that Stance does not know.

Only proposes: nothing here changes how a table is read.
"""
