"""Changes of a case that leave its state alone; changes of state are `cases.machine.perform`."""
