"""Commands and measurements for developers, and their tests."""
