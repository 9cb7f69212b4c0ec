"""What there is to know about the schedule types: which there are, what they say, a first spec of each."""
