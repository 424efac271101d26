"""The pages of moves inside the system (transfers:) and of departures to keepers outside it (departures:)."""
