"""Pieces of the services that run code: containers and frameworks of agents, parts of EKS, ways into functions."""
