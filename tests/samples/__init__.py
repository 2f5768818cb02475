"""Own tests of what the conformance tests send."""
