"""The tests, laid out as the code is; what several share lies in helpers/."""
