"""The benchmarks' own arithmetic and honesty."""
