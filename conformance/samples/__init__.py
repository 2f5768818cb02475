"""What the tests send, a module for each chapter that has its own, and for what several share. Import the modules."""
