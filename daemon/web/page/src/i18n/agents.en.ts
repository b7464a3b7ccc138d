/** Agents and their profile. */
import type { pt } from "./agents.pt";

export const en: Record<keyof typeof pt, string> = {
  "agents.title": "Agents",
  "agents.lead": "Each agent looks after one subject and answers from its own documents.",
  "agents.first": "Create the first agent",
  "agents.none": "No agents yet",
  "agents.noneText": "An agent needs a name, instructions and documents. It takes two minutes.",
  "agents.noNiche": "no niche set",
  "agents.noInstructions": "No instructions: answers neutrally, from the documents.",
  "agents.active": "active",
  "agents.paused": "paused",
  "agents.updated": "changed {ago}",
  "agent.tabs": "Parts of the agent",
  "agent.tab.documents": "Documents",
  "agent.tab.faqs": "Ready answers",
  "agent.tab.playground": "Try it",
  "agent.tab.golden": "Golden questions",
  "agent.tab.whatsapp": "WhatsApp",
  "agent.tab.behaviour": "Behaviour",
  "agent.tab.profile": "Profile",
  "agent.newLead": "Start simple; everything can be changed later.",
  "agent.name": "Name",
  "agent.nameExample": "E.g. Bia from the Central Bakery",
  "agent.niche": "Niche",
  "agent.nicheExample": "E.g. bakery, clinic, real estate",
  "agent.nicheHint": "Helps the agent to understand the business.",
  "agent.instructions": "Instructions",
  "agent.instructionsExample":
    "E.g. Be friendly, in short sentences. Always confirm the district before speaking of delivery.",
  "agent.instructionsHint":
    "How to speak and what never to do. Facts, prices and dates belong in the documents.",
  "agent.language": "Language of the answers",
  "agent.languageHint": "The language in which the agent speaks to customers.",
  "agent.statusLabel": "Agent active",
  "agent.statusHint": "While paused it stores messages and does not answer.",
  "agent.create": "Create agent",
  "agent.created": "{name} is created. Now upload its documents.",
  "agent.delete": "Delete agent",
  "agent.deleteTitle": "Delete {name}?",
  "agent.deleteText":
    "The documents, ready answers and settings of this agent are erased. This cannot be undone.",
};
