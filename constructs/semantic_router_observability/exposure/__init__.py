"""How people outside the cluster reach the user interfaces."""
