"""The fix list in all its forms: page, table, marked copies of the workbooks, decisions to fill in.

What is wrong with the data is decided in intake; here it is only shown.
"""
