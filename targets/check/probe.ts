// The tiny workers that a target is examined with, and the plainest HTTP client to ask them.
import { request } from "node:http";
import { request as secureRequest } from "node:https";
import type { DeploySpec, Endpoint } from "../../contract/target/types.js";

/** The oldest rules suffice for what the probes do, so every target knows the date. */
const probeDate = "2025-01-01";

/** A worker of one module. */
export function probeWorker(name: string, program: string, more: Partial<DeploySpec> = {}): DeploySpec {
  return {
    name,
    mainModule: "main.js",
    modules: [{ path: "main.js", kind: "esm", content: Buffer.from(program) }],
    compatibilityDate: probeDate,
    compatibilityFlags: [],
    bindings: [],
    crons: [],
    ...more,
  };
}

/** A worker that answers every request with a text. */
export function sayingWorker(name: string, text: string): DeploySpec {
  return probeWorker(name, `export default { fetch() { return new Response(${JSON.stringify(text)}); } };\n`);
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * One GET on a connection of its own.
 * @returns the answer, or in words why there is none
 */
export function ask(endpoint: Endpoint, deadlineMs: number): Promise<Answer | string> {
  const url = new URL(endpoint.url);
  const send = url.protocol === "https:" ? secureRequest : request;
  return new Promise((resolve) => {
    const sent = send(url, { agent: false, headers: { host: endpoint.host }, signal: AbortSignal.timeout(deadlineMs) }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => void (body = (body + text).slice(0, 1_000)));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", (error) => resolve(error.message));
    });
    sent.on("error", (error) => resolve(error.name === "AbortError" || error.name === "TimeoutError" ? `no answer within ${deadlineMs} ms` : error.message));
    sent.end();
  });
}

/** @returns undefined when the endpoint says the text, else in words what came */
export async function differsFrom(endpoint: Endpoint, text: string, deadlineMs = 10_000): Promise<string | undefined> {
  const answer = await ask(endpoint, deadlineMs);
  if (typeof answer === "string") return answer;
  return answer.status === 200 && answer.body === text ? undefined : `status ${answer.status} with ${JSON.stringify(answer.body.slice(0, 100))}`;
}

/** Asks until the endpoint says the text. @returns undefined when it does, else the last thing that came */
export async function untilSays(endpoint: Endpoint, text: string, deadlineMs: number): Promise<string | undefined> {
  const lastMs = performance.now() + deadlineMs;
  for (;;) {
    const came = await differsFrom(endpoint, text, 1_000);
    if (came === undefined || performance.now() > lastMs) return came;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
