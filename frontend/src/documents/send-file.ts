/** Sends a file to the server and tells how far it got, which `fetch` cannot. */
import { Refusal } from "../rooms/refusal";
import type { Problem } from "../wire/types";

/** `told` hears from 0 to 1. Rejects with a `Refusal` in the server's words. */
export function sendFile(
  method: "PUT" | "POST",
  address: string,
  body: Blob,
  type: string,
  told: (part: number) => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.setRequestHeader("Content-Type", type);
    request.responseType = "json";
    request.upload.onprogress = (event) => told(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () =>
      reject(new Refusal({ code: "unavailable", message: "The server cannot be reached. Is it running?" }));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        resolve(request.response);
      } else {
        const problem = request.response as Problem | null;
        reject(new Refusal(problem ?? { code: "internal", message: `The server answered ${request.status}.` }));
      }
    };
    request.send(body);
  });
}
