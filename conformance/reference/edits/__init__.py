"""What faults and profiles are made of: edits of a request and of a reply, and tests of what was asked."""
