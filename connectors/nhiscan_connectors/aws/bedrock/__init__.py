"""Amazon Bedrock: what its agents, flows, knowledge bases, models and jobs have in common."""
