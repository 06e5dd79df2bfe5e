"""Commands, each of which calls one stage and says what came of it."""
