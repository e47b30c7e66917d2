"""What a typed command does that is no run: `stance check` and `stance decide`.

Calls the rooms and says what came of it; no Dagster, no rule and no writer of files lives here.
"""
