"""How a database comes to this version's form, step by step from the first."""
