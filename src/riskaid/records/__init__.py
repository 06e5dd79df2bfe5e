"""Records: a council's sources as dated case tables."""
