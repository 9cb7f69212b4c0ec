"""What a log says of the schedule behind it (`explain`, `fit`), and schedules with wanted rates (`solve`, `port`)."""
