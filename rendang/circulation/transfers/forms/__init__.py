"""What is typed in on the pages of moves inside the system and of departures."""
