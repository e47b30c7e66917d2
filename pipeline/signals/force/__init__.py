"""What force plates say: lift-off, touch-down, hold time, sway, agreement with the stopwatch.

No EMG here.
"""
