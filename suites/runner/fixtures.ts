// Deployed fixtures of one run: each is deployed on first use, shared by the checks that name it, and undeployed after them.
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { Binding, Deployment, Endpoint, TargetDescription, TargetVerbs } from "../../contract/target/types.js";
import type { DeployedFixture, Fixture } from "../check.js";
import { exchange, type ConnectionPool } from "./exchange.js";

/** Compatibility date of every fixture, unless the target's newest is older: the same program, the same rules. */
export const fixtureCompatibilityDate = "2026-11-01";
/** How long a runtime that crashed may take to accept connections again before its fixture is deployed anew. */
export const defaultRecoveryMs = 5_000;
/** The same once it did not come back: a dead target must not use up the run's time. */
const hopelessRecoveryMs = 100;

export interface FixtureDeployments {
  /** The shared deployment of a fixture. @throws EdgemarkError of kind target when it cannot be deployed */
  shared(fixture: Fixture): Promise<Deployment>;
  /** A deployment for one check. @param name default the fixture's */
  own(fixture: Fixture, name: string | undefined, unique: string): Promise<Deployment>;
  /** The door to a deployment, whose requests end with `signal`. */
  door(deployment: Deployment, signal: AbortSignal): DeployedFixture;
  undeploy(deploymentId: string): Promise<void>;
  /** Undeploys a shared fixture that no further check needs, when it was deployed at all. @param name the fixture's */
  release(name: string): Promise<void>;
  /** After a crash: waits until the fixture's addresses accept connections, else forgets it, so that it is deployed anew. */
  recover(fixture: Fixture, signal: AbortSignal): Promise<void>;
  /** Undeploys all that is left. @returns what could not be undeployed, in words */
  close(): Promise<readonly string[]>;
}

export interface FixtureOptions {
  readonly verbs: TargetVerbs;
  readonly description: TargetDescription;
  readonly pool: ConnectionPool;
  /** Appended to every deployment's name when the target is shared with other runs; "" otherwise. */
  readonly nameSuffix: string;
  /** See {@link defaultRecoveryMs}. */
  readonly recoveryMs: number;
}

/** @returns an empty set of deployments */
export function openFixtures({ verbs, description, pool, nameSuffix, recoveryMs }: FixtureOptions): FixtureDeployments {
  const sharedByName = new Map<string, Promise<Deployment>>();
  /** Ids of the shared deployments, by the fixture's name. */
  const standing = new Map<string, string>();
  const live = new Set<string>();
  let isHopeless = false;

  const deploy = async (fixture: Fixture, name: string): Promise<Deployment> => {
    const content = await readProgram(fixture);
    const deployment = await verbs.deploy({
      name: name + nameSuffix,
      mainModule: "main.js",
      modules: [{ path: "main.js", kind: "esm", content }, ...(fixture.modules ?? [])],
      compatibilityDate: compatibilityDateFor(description),
      compatibilityFlags: fixture.compatibilityFlags ?? [],
      bindings: fixture.bindings.map((binding) => renamed(binding, nameSuffix)),
      crons: fixture.crons ?? [],
    });
    live.add(deployment.deploymentId);
    return deployment;
  };
  const undeploy = async (deploymentId: string): Promise<void> => {
    if (!live.delete(deploymentId)) return;
    await verbs.undeploy(deploymentId);
  };

  return {
    shared(fixture) {
      const known = sharedByName.get(fixture.name);
      if (known !== undefined) return known;
      const deployment = deploy(fixture, fixture.name);
      // A failed deploy is remembered too: its checks fail with the same message, and the run does not try for ever.
      sharedByName.set(fixture.name, deployment);
      deployment.then(({ deploymentId }) => standing.set(fixture.name, deploymentId)).catch(() => standing.delete(fixture.name));
      return deployment;
    },
    own(fixture, name, unique) {
      const wanted = name ?? fixture.name;
      return deploy(fixture, sharedByName.has(wanted) ? `${wanted}-${unique}` : wanted);
    },
    door: (deployment, signal) => ({
      deployment,
      request: (request) => exchange(pool, endpointOf(deployment, request.pop), request, signal),
      endpoint: (pop) => endpointOf(deployment, pop),
    }),
    undeploy,
    async release(name) {
      // One that does not stand yet is not waited for: the end of the run takes it away.
      const deploymentId = standing.get(name);
      if (deploymentId !== undefined) await undeploy(deploymentId);
    },
    async recover(fixture, signal) {
      const deployment = await sharedByName.get(fixture.name)?.catch(() => undefined);
      if (deployment === undefined) return;
      const limitMs = isHopeless ? hopelessRecoveryMs : recoveryMs;
      const answers = await Promise.all(deployment.endpoints.map((endpoint) => acceptsWithin(endpoint, limitMs, signal)));
      isHopeless = answers.includes(false);
      if (isHopeless) sharedByName.delete(fixture.name);
    },
    async close() {
      const failures: string[] = [];
      for (const deploymentId of [...live]) {
        await undeploy(deploymentId).catch((error: unknown) => failures.push(`${deploymentId}: ${messageOf(error)}`));
      }
      return failures;
    },
  };
}

async function readProgram(fixture: Fixture): Promise<Uint8Array> {
  try {
    return await readFile(fixture.program);
  } catch (cause) {
    throw new EdgemarkError("harness.internal", `the compiled program of fixture ${fixture.name} expected at ${fixture.program.pathname}; build the project again`, { cause });
  }
}

function compatibilityDateFor(description: TargetDescription): string {
  const newest = description.compatibilityDate;
  return /^\d{4}-\d\d-\d\d$/.test(newest) && newest < fixtureCompatibilityDate ? newest : fixtureCompatibilityDate;
}

// References between deployments of one run follow their renaming; stored resources keep their names.
function renamed(binding: Binding, suffix: string): Binding {
  if (binding.kind === "service") return { ...binding, service: binding.service + suffix };
  if (binding.kind === "durable_object" && binding.script !== undefined) return { ...binding, script: binding.script + suffix };
  return binding;
}

function endpointOf(deployment: Deployment, pop: string | undefined): Endpoint {
  const found =
    pop === "anycast"
      ? deployment.anycast
      : pop === undefined
        ? (deployment.endpoints[0] ?? deployment.anycast)
        : deployment.endpoints.find((endpoint) => endpoint.popId === pop);
  if (found !== undefined) return found;
  const known = deployment.endpoints.map((endpoint) => endpoint.popId).join(", ");
  throw new EdgemarkError("target.contract", `the deployment's endpoint at ${pop ?? "any PoP"} expected; Deploy answered endpoints at ${known || "no PoP"}`);
}

/** @returns whether the address accepts a connection before the time is over */
async function acceptsWithin(endpoint: Endpoint, withinMs: number, signal: AbortSignal): Promise<boolean> {
  const url = new URL(endpoint.url);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  const endNs = process.hrtime.bigint() + BigInt(withinMs) * 1_000_000n;
  for (;;) {
    if (await accepts(url.hostname, port)) return true;
    if (signal.aborted || process.hrtime.bigint() >= endNs) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const end = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.on("connect", () => end(true)).on("error", () => end(false)).on("timeout", () => end(false));
  });
}
