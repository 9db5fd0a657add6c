// Ways in which an adapter's process can misbehave: how it starts, dies, and refuses to end.
import { spawn } from "node:child_process";
import type { Verb } from "../../contract/target/service.js";
import type { Call } from "./control-plane.js";
import { poison } from "./data-plane.js";
import { changed, honest, type Served } from "./served.js";

const handshakeOf = (port: number): string => `{"edgemark":1,"target":"127.0.0.1:${port}"}\n`;

/** Ends when stdin does, as the contract asks. */
export function obey(): void {
  process.stdin.resume().on("end", () => process.exit(0));
  process.on("SIGTERM", () => process.exit(0));
}

/** Ignores everything but SIGKILL. */
function disobey(): void {
  process.stdin.resume();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  setInterval(() => undefined, 1_000);
}

/** Writes a lot, as fast as the reader takes it. */
async function flood(stream: NodeJS.WritableStream, part: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    if (!stream.write(part)) await new Promise((resolve) => stream.once("drain", resolve));
  }
}

async function announce(target: Served): Promise<void> {
  process.stdout.write(handshakeOf(await target()));
}

/** Ends the whole process at the n-th call of a verb. */
function dyingAt(verb: Verb, atCall: number): () => Promise<void> {
  return async () => {
    obey();
    let calls = 0;
    const dying = (port: number) => (call: Call): void => {
      if (++calls < atCall) return honest(port)[verb](call);
      process.stderr.write(`${poison}\nsegmentation fault\n`);
      process.exit(139);
    };
    await announce(changed((port) => ({ [verb]: dying(port) })));
  };
}

const stubborn = ["-e", "process.on('SIGTERM', () => {}); process.on('SIGHUP', () => {}); setInterval(() => {}, 1000)"];
const sound = changed(() => ({}));

/** Every way, by name. */
export const processes = {
  "start:silent": async () => obey(),
  "start:exits": async () => {
    process.stderr.write(`no licence ${poison}\n`);
    process.exit(7);
  },
  "start:rubbish": async () => {
    obey();
    process.stdout.write(`listening ${poison}\n`);
  },
  "start:binary": async () => {
    obey();
    process.stdout.write(Buffer.from([0, 255, 254, 10, 0]));
  },
  "start:100-mb": async () => {
    obey();
    await flood(process.stdout, "x".repeat(1_000_000), 100);
  },
  "start:100-mb-of-stderr": async () => {
    await flood(process.stderr, `${poison}\n`.repeat(10_000), 100);
    process.exit(1);
  },
  "start:noise": async () => {
    obey();
    await announce(sound);
    void flood(process.stdout, "x".repeat(1_000_000), 100);
    void flood(process.stderr, "x".repeat(1_000_000), 100);
  },
  "start:nobody-there": async () => {
    obey();
    process.stdout.write(handshakeOf(9)); // the port of discard: nobody listens there
  },
  "describe:dies": dyingAt("Describe", 1),
  "deploy:dies": dyingAt("Deploy", 2),
  "stop:never": async () => {
    disobey();
    await announce(sound);
  },
  "stop:leaves-children": async () => {
    obey();
    for (let index = 0; index < 3; index++) spawn(process.execPath, stubborn, { stdio: "ignore" });
    await announce(sound);
  },
  "stop:leaves-a-daemon": async () => {
    obey();
    spawn(process.execPath, stubborn, { stdio: "ignore", detached: true }).unref();
    await announce(sound);
  },
  "stop:forks-when-told": async () => {
    await announce(sound);
    process.stdin.resume().on("end", () => {
      spawn(process.execPath, stubborn, { stdio: "inherit" });
      process.exit(0);
    });
  },
} as const satisfies Record<string, () => Promise<void>>;

export type ProcessName = keyof typeof processes;
