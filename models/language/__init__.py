"""The language child: llama.cpp in a process of its own, many chats in one context."""
