"""What a recording looks like: its curves cut down to a few hundred columns, for a picture.

Nothing is drawn here and nothing is judged: pictures are made by publishing from the table of traces.
"""
