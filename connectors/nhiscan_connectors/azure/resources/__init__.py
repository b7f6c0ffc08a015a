"""What the services that live in a subscription share: the sweep that finds resources, and the records made of them."""
