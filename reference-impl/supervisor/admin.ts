// Calls to the admin worker inside a PoP's current process, over its loopback socket.
import { request } from "node:http";
import { adminSocket } from "./config.js";
import type { Pop } from "./pop.js";

/** A PoP that did not carry out an admin call. */
export class AdminFailed extends Error {}

const healthDeadlineMs = 250;
const callDeadlineMs = 15_000;

function exchange(port: number, path: string, options: { method: string; token: string; body?: string; deadlineMs: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: "127.0.0.1", port, path, method: options.method, headers: { authorization: `Bearer ${options.token}` }, agent: false, signal: AbortSignal.timeout(options.deadlineMs) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new AdminFailed(`${path} answered ${response.statusCode}: ${text.slice(0, 300)}`));
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(options.body);
  });
}

/** One admin call. @returns the answer's body @throws AdminFailed when the PoP is down or refuses */
export async function callAdmin(pop: Pop, token: string, path: string, body: unknown = {}): Promise<string> {
  const port = pop.current?.engine.ports.get(adminSocket);
  if (port === undefined) throw new AdminFailed(`PoP ${pop.id} is down`);
  return exchange(port, path, { method: "POST", token, body: JSON.stringify(body), deadlineMs: callDeadlineMs });
}

/** Whether the PoP's process answers a probe in time. */
export async function isHealthy(pop: Pop, token: string): Promise<boolean> {
  const port = pop.current?.engine.ports.get(adminSocket);
  if (port === undefined) return false;
  return exchange(port, "/health", { method: "GET", token, deadlineMs: healthDeadlineMs }).then(
    () => true,
    () => false,
  );
}
