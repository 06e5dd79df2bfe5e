"""Advice on one child for one authorised person, and the log of who saw what."""
