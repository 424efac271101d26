"""The papers of moves inside the system, and of departures to keepers outside it."""
