"""Two runs row by row: where they differ, and by how much."""
