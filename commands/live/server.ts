// Serves one page on loopback, and tells who looks at it when there is another: what `edgemark report --open` and `--watch` show.
import { createServer, type ServerResponse } from "node:http";
import { EdgemarkError, messageOf } from "../../contract/errors.js";

export interface ServedPage {
  /** http://127.0.0.1:PORT/ */
  readonly address: string;
  /** Tells every browser: there is another page (changed), or the last one (ended). */
  tell(news: "changed" | "ended"): void;
  close(): Promise<void>;
}

/**
 * @param port 0: any that is free
 * @param page called for each request, so that nothing is rendered that nobody looks at
 * @throws EdgemarkError usage.port when the port is taken
 */
export async function servePage(port: number, page: () => Promise<string>): Promise<ServedPage> {
  const listeners = new Set<ServerResponse>();
  let last: "ended" | undefined;
  const server = createServer((request, response) => {
    const address = server.address();
    const own = typeof address === "object" && address !== null ? address.port : 0;
    // A name that somebody else's page resolves to this machine must not read a report.
    if (![`127.0.0.1:${own}`, `localhost:${own}`].includes(request.headers.host ?? "")) return end(response, 421, "text/plain", "this address is for this machine only\n");
    if (request.method !== "GET" && request.method !== "HEAD") return end(response, 405, "text/plain", "only GET\n");
    if (request.url === "/") {
      void page().then(
        (text) => end(response, 200, "text/html", text),
        (error: unknown) => end(response, 500, "text/plain", `${messageOf(error)}\n`),
      );
      return;
    }
    if (request.url !== "/events") return end(response, 404, "text/plain", "there is one page: /\n");
    response.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
    response.write(`retry: 2000\n\n${last === undefined ? "" : eventOf(last)}`);
    listeners.add(response);
    response.on("close", () => listeners.delete(response));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(new EdgemarkError("usage.port", `expected to listen on 127.0.0.1:${port}; ${messageOf(cause)}; choose another with --port, or leave it out`, { cause })));
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    address: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : port}/`,
    tell(news) {
      if (news === "ended") last = news;
      for (const listener of listeners) listener.write(eventOf(news));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cross-origin-resource-policy": "same-origin" } as const;

function eventOf(news: string): string {
  return `event: ${news}\ndata: \n\n`;
}

function end(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...headers, "content-type": `${type}; charset=utf-8` });
  response.end(text);
}
