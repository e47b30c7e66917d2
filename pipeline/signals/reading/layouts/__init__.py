"""Layouts of tables of samples: where the headings stand in what each program exports, and what they mean.

Opening and decoding a file, and what becomes of its columns, live in the folder above.
"""
