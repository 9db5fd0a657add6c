// The hostile adapter: a program that is started as any adapter is, and misbehaves as EDGEMARK_HOSTILE says. For "all" it
// serves every misbehaviour that needs no process of its own, and prints their ports.
import { type AnsweringName, answerings } from "./data-plane.js";
import { obey, processes } from "./processes.js";
import { changed, served } from "./served.js";

/** @returns the port of every target, by name; those of data-plane.ts begin with "http:" */
async function serveAll(): Promise<Record<string, number>> {
  const data = (Object.keys(answerings) as AnsweringName[]).map((name) => [`http:${name}`, changed(() => ({}), name)] as const);
  return Object.fromEntries(await Promise.all([...Object.entries(served), ...data].map(async ([name, serve]) => [name, await serve()] as const)));
}

const name = process.env["EDGEMARK_HOSTILE"] ?? "";
const behaviour = Object.entries(processes).find(([known]) => known === name)?.[1];
if (name === "all") {
  obey();
  process.stdout.write(`${JSON.stringify(await serveAll())}\n`);
} else if (behaviour !== undefined) await behaviour();
else throw new Error(`expected the name of a misbehaviour in EDGEMARK_HOSTILE; ${name} is none`);
