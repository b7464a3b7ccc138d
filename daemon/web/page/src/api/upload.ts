/** Uploads one file with progress; fetch cannot report how much it has sent. */
import type { KnowledgeDocument, Page } from "./types";
import { headers } from "./http";
import { Problem, asProblem } from "./problem";

export interface Uploaded {
  items: KnowledgeDocument[];
  /** False when the agent had this very file already. */
  isNew: boolean;
}

/** Send `file` to the agent's knowledge; `onProgress` gets 0..1 of the bytes. */
export function uploadDocument(
  agentId: string,
  file: File,
  onProgress: (fraction: number) => void,
): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/agents/${agentId}/documents`);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onerror = () => reject(new Problem(0, "offline", ""));
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status < 300)
        resolve({ ...(body as Page<KnowledgeDocument>), isNew: request.status === 201 });
      else reject(asProblem(request.status, body as object));
    };
    const form = new FormData();
    form.append("files", file, file.name);
    request.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return {};
  }
}
