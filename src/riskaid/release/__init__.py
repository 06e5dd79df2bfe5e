"""Cards, signed releases and what must hold before one is loaded."""
