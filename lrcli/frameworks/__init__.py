"""What real frameworks compute, operation by operation: one folder each."""
