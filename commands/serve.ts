// edgemark serve [PROJECT...]: runs the reference edge for a person, with the person's own Worker projects on it.
import { dirname, relative, resolve } from "node:path";
import { EdgemarkError, exitCodes } from "../contract/errors.js";
import { maximumPops } from "../reference-impl/topology.js";
import { numberBetween, type CommandSpec } from "./command.js";
import type { CommandIo } from "./io.js";
import { addressTable, assertFree, isLoopback } from "./serve/addresses.js";
import { findProjectFile, projectFileIn } from "./serve/project-file.js";
import { startSession, type ServeSession, type ServeSettings } from "./serve/session.js";
import { readTypedLines } from "./serve/terminal.js";

/** Enough for the anycast address and every PoP after it. */
const highestPort = 65_535 - maximumPops;

/**
 * Serves until Ctrl-C, SIGTERM or quit.
 * @returns 0 after a stop that was asked for
 * @throws EdgemarkError usage.port, usage.input, or of kind target when the edge does not start or ends by itself
 */
export async function runServe(settings: ServeSettings, isJson: boolean, io: CommandIo): Promise<number> {
  if (settings.port !== 0) await assertFree(settings);
  const stopped = stopRequests(io);
  try {
    if (!isLoopback(settings.host)) io.err(`warning: ${settings.host} is not loopback: whoever reaches this machine can use the edge\n`);
    io.err(`starting ${settings.pops} PoP${settings.pops === 1 ? "" : "s"}${settings.files.length === 0 ? "" : ` for ${settings.files.map((file) => relative(".", file) || file).join(", ")}`}\n`);
    const session = await startSession(settings, io);
    const stopTyping = stopped.isAsked() ? undefined : readTypedLines((line) => void session.typed(line).then((isOver) => isOver && stopped.ask()));
    try {
      if (!stopped.isAsked()) await tellReady(session, settings, isJson, stopTyping !== undefined, io);
      const end = await Promise.race([stopped.asked, session.ended]);
      if (end !== undefined) throw new EdgemarkError("target.unreachable", `expected the edge to run until it is stopped; it ended by itself (${end.trim()}); start it again with --verbose to see why`);
    } finally {
      stopTyping?.();
      await session.stop();
    }
    io.err("stopped\n");
    return exitCodes.held;
  } finally {
    stopped.close();
  }
}

/** The first request stops in order, the second at once. */
function stopRequests(io: CommandIo): { readonly asked: Promise<undefined>; ask(): void; isAsked(): boolean; close(): void } {
  let isAsked = false;
  let resolveAsked: (value: undefined) => void = () => undefined;
  const asked = new Promise<undefined>((resolve) => {
    resolveAsked = resolve;
  });
  const ask = (): void => {
    isAsked = true;
    resolveAsked(undefined);
  };
  const close = io.onSignal(() => {
    if (isAsked) return io.exit(exitCodes.error);
    io.err("\nstopping the edge; once more stops at once\n");
    ask();
  });
  return { asked, ask, isAsked: () => isAsked, close };
}

async function tellReady({ addresses, deployments }: ServeSession, settings: ServeSettings, isJson: boolean, canType: boolean, io: CommandIo): Promise<void> {
  const served = [...deployments.served.values()];
  if (isJson) {
    const projects = served.map(({ name, deployment }) => ({ name, version: deployment.version, host: deployment.anycast?.host ?? "" }));
    io.out(`${JSON.stringify({ ...addresses, projects, timeScale: settings.timeScale, data: settings.bucket ?? settings.data ?? null })}\n`);
    return;
  }
  io.out(addressTable(addresses));
  const kept = settings.bucket ?? (settings.data === undefined ? undefined : relative(".", settings.data));
  io.err(`state is ${kept === undefined ? "temporary: --data DIR keeps it" : `kept in ${kept || "."}`}${settings.timeScale === 1 ? "" : `; platform timers run ${settings.timeScale} times faster`}\n`);
  if (served.length === 0) {
    const here = settings.files.length === 0 ? await projectFileIn(".") : undefined;
    io.err(here === undefined ? "nothing is deployed: give a project, its wrangler.toml or its folder\n" : `nothing is deployed: this folder has a ${here}; edgemark serve . serves it\n`);
  }
  const onlyOne = served.length === 1;
  for (const { name, deployment } of served) {
    io.err(`${name} version ${deployment.version} is on every PoP; try:\n`);
    const urls = [addresses.anycast, ...addresses.pops.slice(1, 2).map((pop) => pop.url)].map(reachable);
    for (const [index, url] of urls.entries()) {
      const at = onlyOne ? url : url.replace(/\/\/[^:]+:/, `//${deployment.anycast?.host ?? name}:`);
      io.err(`  curl ${at}/   ${index === 0 ? "the nearest PoP" : (addresses.pops[1]?.city ?? "another PoP")}\n`);
    }
  }
  io.err(`${canType ? "type help for what can be done to the PoPs; " : ""}Ctrl-C stops everything\n`);
}

/** Where a client on this machine finds an address that listens everywhere. */
function reachable(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}

const wholePort = numberBetween(0, highestPort, { isWhole: true });

export const serveCommand: CommandSpec = {
  name: "serve",
  summary: "Runs the reference edge here, with your own Worker projects on it.",
  args: [{ flags: "[project...]", words: "wrangler.toml, wrangler.jsonc, wrangler.json or a folder with one" }],
  options: [
    { flags: "--env <name>", words: "environment of the projects (default: the top level)" },
    { flags: "--pops <number>", words: `PoPs, 1 to ${maximumPops} (default: 3)`, parse: numberBetween(1, maximumPops, { isWhole: true }) },
    { flags: "--port <number>", words: "port of the anycast address; PoPs take the ports after it; 0 takes any (default: 8787)", parse: wholePort },
    { flags: "--host <address>", words: "address to listen on (default: 127.0.0.1)" },
    { flags: "--time-scale <factor>", words: "platform timers, such as KV's 60 s, run so many times faster, 1 to 1000 (default: 1)", parse: numberBetween(1, 1000) },
    { flags: "--data <folder>", words: "keep state here between runs (default: a temporary folder)" },
    { flags: "--bucket <url>", words: "keep state in s3://bucket/prefix instead; AWS_* variables say how to reach it" },
    { flags: "--json", words: "print one JSON object with the addresses when ready (default: off)" },
    { flags: "--verbose", words: "show what the engines say about themselves too (default: off)" },
  ],
  examples: [
    ["edgemark serve .", "serve the Worker project in this folder, and follow its changes"],
    ["edgemark serve api/wrangler.toml auth/wrangler.toml --env staging", "serve two projects that are bound to each other"],
    ["edgemark serve . --pops 6 --time-scale 20 --data .edge", "six PoPs, KV stale for 3 s instead of 60, state kept"],
  ],
  run: async (given, args, io) => {
    const text = (name: string): string | undefined => (typeof given[name] === "string" ? given[name] : undefined);
    const number = (name: string, otherwise: number): number => (typeof given[name] === "number" ? given[name] : otherwise);
    const data = text("data");
    if (text("env") !== undefined && args.length === 0) throw new EdgemarkError("usage.flag", "expected a project for --env; none came; name its wrangler.toml or folder");
    const files = await Promise.all(args.map(findProjectFile));
    const folders = files.map((file) => dirname(file));
    if (new Set(files).size < files.length) throw new EdgemarkError("usage.input", `expected each project once; ${folders.join(", ")} came; leave one out`);
    return runServe(
      {
        pops: number("pops", 3),
        timeScale: number("timeScale", 1),
        host: text("host") ?? "127.0.0.1",
        port: number("port", 8787),
        data: data === undefined ? undefined : resolve(data),
        bucket: text("bucket"),
        isVerbose: given["verbose"] === true,
        files,
        environment: text("env"),
      },
      given["json"] === true,
      io,
    );
  },
};
