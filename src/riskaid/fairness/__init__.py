"""The fairness audit and the gate: who is missed, by how much, and how sure we are."""
