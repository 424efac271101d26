"""What ./run does: its environment first (environment), then one module a command."""
