"""The Data, Train and Compose pages opened by addresses that nobody would write."""
