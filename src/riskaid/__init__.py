"""Advice for human review from the records of children's services, never a decision."""

__version__ = "0.1.0"
