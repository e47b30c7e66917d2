"""One file per figure. Each draws what it is given and hands back the table behind the picture.

matplotlib's object interface only: no global state, no display.
"""
