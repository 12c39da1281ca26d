"""Prepared data sets: encoded collections on disk that many processes write and trainings stream.

A folder is made in stages, each of many tasks whose outputs are files: units of the source are
read, shards are encoded, n-grams are compared, and all is put together. Imports: corpus, encoding,
statistics.
"""
