"""Small servers for tests: on sockets, hostile ones, proxies."""
