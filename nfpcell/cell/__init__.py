"""A cell as data: where files lie, what they hold, what follows from it."""
