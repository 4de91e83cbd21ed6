"""How fast the project is: whole builds, the closure, the identity part."""
