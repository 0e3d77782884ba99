"""Gateways and bare proxies on the same work: what each scenario asks, how each peer is started, what is measured."""
