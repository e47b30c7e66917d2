"""Ground for readers of files: one workbook reader, one child process for libraries that can crash.

Knows bytes, cells and limits, nothing of tables, recordings or findings; imports only workspace and schemas.
"""
