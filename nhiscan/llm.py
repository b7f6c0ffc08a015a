"""LLM providers: the names that people know them by."""

from __future__ import annotations

from typing import Final

from nhiscan.wording import plain

_TITLES: Final = {
    "ai21": "AI21",
    "anthropic": "Anthropic",
    "assemblyai": "AssemblyAI",
    "azure-openai": "Azure OpenAI",
    "azure-search": "Azure AI Search",
    "bedrock": "Amazon Bedrock",
    "browserbase": "Browserbase",
    "cerebras": "Cerebras",
    "cohere": "Cohere",
    "composio": "Composio",
    "crewai": "CrewAI",
    "cursor": "Cursor",
    "deepgram": "Deepgram",
    "deepseek": "DeepSeek",
    "e2b": "E2B",
    "elevenlabs": "ElevenLabs",
    "exa": "Exa",
    "firecrawl": "Firecrawl",
    "fireworks": "Fireworks",
    "gemini": "Gemini",
    "github-copilot": "GitHub Copilot",
    "google": "Google",
    "groq": "Groq",
    "helicone": "Helicone",
    "huggingface": "Hugging Face",
    "jina": "Jina",
    "langfuse": "Langfuse",
    "langsmith": "LangSmith",
    "litellm": "LiteLLM",
    "llm": "an LLM",
    "mcp": "an MCP server",
    "mistral": "Mistral",
    "nvidia": "NVIDIA",
    "ollama": "Ollama",
    "openai": "OpenAI",
    "openrouter": "OpenRouter",
    "perplexity": "Perplexity",
    "pinecone": "Pinecone",
    "portkey": "Portkey",
    "qdrant": "Qdrant",
    "replicate": "Replicate",
    "serper": "Serper",
    "stability": "Stability AI",
    "tavily": "Tavily",
    "together": "Together AI",
    "vertex-ai": "Vertex AI",
    "vllm": "vLLM",
    "voyage": "Voyage AI",
    "wandb": "Weights & Biases",
    "watsonx": "watsonx",
    "weaviate": "Weaviate",
    "xai": "xAI",
}


def llm_title(provider: str) -> str:
    """An LLM provider as it writes itself: "OpenAI"; one that is not known stands as it is."""
    return _TITLES.get(provider) or plain(provider)
