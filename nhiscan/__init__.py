"""nhiscan finds non-human identities in clouds, SaaS and LLM providers, and says what is wrong with them."""

__version__ = "0.1.0"
