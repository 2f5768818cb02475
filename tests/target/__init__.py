"""Tests of who is asked: address, network, proxies, environment."""
