"""What a channel is: which muscle or foot, in which unit, with which sign.

Ground for reading and for measuring; no file is opened here.
"""
