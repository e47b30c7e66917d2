"""What force plates say: lift-off, touch-down, hold time, agreement with the stopwatch.

No EMG here.
"""
