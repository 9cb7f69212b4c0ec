"""What a log says of the schedule behind it: `explain` and `fit`."""
