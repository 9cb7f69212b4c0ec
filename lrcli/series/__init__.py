"""The numbers of a spec: its rows, points of a picture, and the first row below a value."""
