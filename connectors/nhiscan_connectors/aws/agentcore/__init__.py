"""Amazon Bedrock AgentCore in one region: what agents run in, act as, call, and are bound by."""
