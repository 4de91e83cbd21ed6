"""How well a build found who is who: its crosswalk against known persons."""
