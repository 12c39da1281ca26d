"""Files into scores: reading, limits, collections, statistics, the split by piece."""
