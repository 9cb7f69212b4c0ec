"""What a given release of a framework really computes, operation by operation."""
