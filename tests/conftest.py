"""Makes this folder importable: what several tests share lies beside this file."""
