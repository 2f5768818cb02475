"""The side of pytest: options, cases, how a test asks, what a run says of itself. Nothing else imports it."""
