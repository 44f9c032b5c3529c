"""Commands to the wire, one folder per protocol."""
