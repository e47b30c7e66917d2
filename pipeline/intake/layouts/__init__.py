"""Files that are no plain table: blocks per person, REDCap exports, BIDS folders.

Each gives an ordinary grid whose cells keep their true addresses.
"""
