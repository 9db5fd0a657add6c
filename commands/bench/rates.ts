// Rates of several addresses in one run: everybody is loaded in every round, so that the machine's moods meet all of them, and
// what counts is the ratio within a round.
import { readFile } from "node:fs/promises";
import type { Deployment, TargetVerbs } from "../../contract/target/types.js";
import { runSaturation } from "../../load/autocannon/driver.js";
import type { Fixture } from "../../suites/check.js";
import type { CommandIo } from "../io.js";
import type { Figure } from "./figure.js";
import { median } from "../../contract/median.js";

/** What is loaded: one path of one deployment. */
export interface Address {
  readonly url: string;
  readonly host: string;
  readonly path: string;
}

/** How long the rounds are, and how many. */
export interface RoundOptions {
  readonly rounds: number;
  readonly roundMs: number;
}

/** Clients that never pause. */
export const connections = 16;

/** Puts a fixture on a target. */
export async function deployFixture(verbs: TargetVerbs, fixture: Fixture): Promise<Deployment> {
  return verbs.deploy({
    name: `bench-${fixture.name}`,
    mainModule: "main.js",
    modules: [{ path: "main.js", kind: "esm", content: await readFile(fixture.program) }],
    compatibilityDate: "2026-01-01",
    compatibilityFlags: [],
    bindings: fixture.bindings,
    crons: [],
  });
}

/** Puts a fixture on a target. @returns where it answers at the first PoP */
export async function deployed(verbs: TargetVerbs, fixture: Fixture, path: string): Promise<Address> {
  const [endpoint] = (await deployFixture(verbs, fixture)).endpoints;
  return { url: endpoint?.url ?? "", host: endpoint?.host ?? "", path };
}

/** Names with a word before them. */
export function prefixed(prefix: string, addresses: Readonly<Record<string, Address>>): Readonly<Record<string, Address>> {
  return Object.fromEntries(Object.entries(addresses).map(([name, address]) => [`${prefix} ${name}`, address]));
}

/** Rates by name, one per round, after a second of warm-up each. @throws Error when an answer is no success */
export async function interleaved(addresses: Readonly<Record<string, Address>>, options: RoundOptions, io: Pick<CommandIo, "err">): Promise<ReadonlyMap<string, readonly number[]>> {
  const rates = new Map<string, number[]>(Object.keys(addresses).map((name) => [name, []]));
  const load = async (address: Address, durationMs: number): Promise<number> => {
    const result = await runSaturation({ ...address, connections, durationMs, pipelining: 1 });
    if (result.non2xx + result.errors > 0) throw new Error(`the load met ${result.non2xx} answers without success and ${result.errors} errors at ${address.url}`);
    return result.requestsPerSecond;
  };
  for (const address of Object.values(addresses)) await load(address, 1000);
  for (let round = 0; round < options.rounds; round++) {
    for (const [name, address] of Object.entries(addresses)) rates.get(name)?.push(await load(address, options.roundMs));
    io.err(`round ${round + 1}: ${[...rates].map(([name, all]) => `${name} ${Math.round(all.at(-1) ?? 0)}/s`).join(", ")}\n`);
  }
  return rates;
}

/** The median of the rounds' ratios. @param least what the project wants of it */
export function ratioFigure(id: string, rates: ReadonlyMap<string, readonly number[]>, ours: string, theirs: string, least: number, words: string): Figure {
  const [mine = [], other = []] = [rates.get(ours), rates.get(theirs)];
  // Pairs of one round: both met the same machine.
  const ratios = mine.map((rate, round) => rate / (other[round] ?? Number.NaN));
  const value = median(ratios);
  return {
    id,
    value,
    unit: "ratio",
    n: ratios.length,
    goal: `at least ${least} ${words}`,
    held: value >= least,
    detail: `median ${Math.round(median(mine))}/s against ${Math.round(median(other))}/s; ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(" ")}`,
  };
}
