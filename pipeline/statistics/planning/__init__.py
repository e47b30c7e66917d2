"""How many participants a study needs: exact power of tests, and simulated power of hold time.

Knows no cohort folder and prints nothing; what a study assumes comes in as numbers.
"""
