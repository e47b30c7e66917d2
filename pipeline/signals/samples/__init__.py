"""A recording as samples: its channels, requests, parts, filters, amplitude, spectrum, and problems.

Ground for every other room of signals; it imports none of them.
"""
