#!/usr/bin/env node
// The composition root: looks a command up, loads only what it needs, and turns whatever happens into an exit code.
import { didYouMean, EdgemarkError, exitCodes, messageOf } from "./contract/errors.js";
import { exitCodesInWords, runCommand, type CommandSpec } from "./commands/command.js";
import { processIo, type CommandIo } from "./commands/io.js";

interface Verb {
  readonly summary: string;
  readonly load: () => Promise<CommandSpec>;
}

const verbs: Readonly<Record<string, Verb>> = {
  certify: {
    summary: "run all suites against a target and say which level it reaches",
    load: async () => (await import("./commands/certify.js")).certifyCommand("certify", async () => (await import("./commands/parts.js")).runParts()),
  },
  run: {
    summary: "run some suites or checks, without a level",
    load: async () => (await import("./commands/certify.js")).certifyCommand("run", async () => (await import("./commands/parts.js")).runParts()),
  },
  serve: {
    summary: "run the reference edge here, with your own Worker projects on it",
    load: async () => (await import("./commands/serve.js")).serveCommand,
  },
  claims: {
    summary: "list the documented claims, and what no check tests yet",
    load: async () => (await import("./commands/claims.js")).claimsCommand(async () => (await import("./suites/index.js")).suites),
  },
  fixtures: {
    summary: "write the checks' worker programs as wrangler projects, to deploy them by hand",
    load: async () => (await import("./commands/fixtures.js")).fixturesCommand(async () => (await import("./suites/index.js")).suites),
  },
  report: {
    summary: "judge recorded runs again and write their reports",
    load: async () => (await import("./commands/report.js")).reportCommand,
  },
  verify: {
    summary: "verify a certificate: signature, dates, files, and the verdict again",
    load: async () => (await import("./commands/verify.js")).verifyCommand,
  },
  "submission write": {
    summary: "write the folder that a vendor hands in with a certificate",
    load: async () => (await import("./commands/submission/write.js")).submissionWriteCommand,
  },
  "submission check": {
    summary: "check such a folder: files, product, and the certificate as it is today",
    load: async () => (await import("./commands/submission/check.js")).submissionCheckCommand,
  },
  keygen: {
    summary: "make a key pair that signs certificates",
    load: async () => (await import("./commands/keygen.js")).keygenCommand,
  },
  nightly: {
    summary: "run suites, load and chaos, append to a history, and say what changed for good",
    load: async () => (await import("./commands/nightly.js")).nightlyCommand(async () => (await import("./commands/parts.js")).runParts()),
  },
  compare: {
    summary: "compare two runs, folders of runs or targets: better, worse, same, or cannot tell",
    load: async () => (await import("./commands/compare.js")).compareCommand,
  },
  history: {
    summary: "judge a folder of nights: which number changed, when, and by how much",
    load: async () => (await import("./commands/history.js")).historyCommand,
  },
  chaos: {
    summary: "run a workload while faults strike by a seeded schedule, and judge its history",
    load: async () => (await import("./commands/chaos.js")).chaosCommand(async () => (await import("./commands/parts.js")).runParts()),
  },
  check: {
    summary: "check a recorded history against a model, alone",
    load: async () => (await import("./commands/check.js")).checkCommand,
  },
  "load open": {
    summary: "open-loop load on a worker, latency from the intended send time",
    load: async () => (await import("./commands/load/open.js")).loadOpenCommand,
  },
  "load cold-start": {
    summary: "the first request to versions that no isolate has loaded",
    load: async () => (await import("./commands/load/cold-start.js")).loadColdStartCommand,
  },
  "load k6": {
    summary: "user scenarios by k6, in one process or several",
    load: async () => (await import("./commands/load/k6.js")).loadK6Command,
  },
  "load scale": {
    summary: "how cost grows with PoPs, resident isolates and keys",
    load: async () => (await import("./commands/load/scale.js")).loadScaleCommand,
  },
  calibrate: {
    summary: "prove the load drivers on servers whose latency is known",
    load: async () => (await import("./commands/calibrate.js")).calibrateCommand,
  },
  bench: {
    summary: "measure the reference edge against bare workerd and miniflare",
    load: async () => (await import("./commands/bench.js")).benchCommand(async () => (await import("./commands/parts.js")).runParts()),
  },
  mutants: {
    summary: "prove that the checks can fail, on reference edges with planted defects",
    load: async () => (await import("./commands/mutants.js")).mutantsCommand(async () => (await import("./commands/parts.js")).runParts()),
  },
  target: {
    summary: "examine an adapter against the target contract",
    load: async () => (await import("./commands/target.js")).targetCommand,
  },
};

function help(): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length));
  const lines = Object.entries(verbs).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Edgemark certifies edge runtimes: it runs an executable specification against a
target and says what holds, what does not, and how fast it is.

Usage: edgemark <command> [options]

Commands:
${lines.join("\n")}

Options:
  -h, --help     show this, or the help of a command
  -V, --version  print the version

Examples:
  edgemark certify
      certify the reference edge
  edgemark certify --target grpc://127.0.0.1:50051 --json
      certify a target that runs already, one JSON object on stdout
  edgemark run --suite workers --dry-run
      list the checks of one suite, start nothing

${exitCodesInWords}
`;
}

async function main(typed: readonly string[], io: CommandIo): Promise<number> {
  // A verb of two words is one: "load open".
  const isPair = typed[1] !== undefined && Object.hasOwn(verbs, `${typed[0]} ${typed[1]}`);
  const [name, ...rest] = isPair ? [`${typed[0]} ${typed[1]}`, ...typed.slice(2)] : typed;
  if (name === "-V" || name === "--version") {
    const { edgemarkVersion } = await import("./contract/version.js");
    io.out(`${edgemarkVersion()}\n`);
    return exitCodes.held;
  }
  if (name === undefined || name === "-h" || name === "--help" || name === "help") {
    if (name === "help" && rest.length > 0) return main([...rest, "--help"], io);
    (name === undefined ? io.err : io.out)(help());
    return name === undefined ? exitCodes.usage : exitCodes.held;
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) {
    const pairs = Object.keys(verbs).filter((one) => one.startsWith(`${name} `));
    if (pairs.length > 0) {
      const isHelp = rest.includes("--help") || rest.includes("-h");
      if (isHelp) {
        io.out(pairs.map((one) => `  edgemark ${one}: ${verbs[one]?.summary ?? ""}\n`).join(""));
        return exitCodes.held;
      }
      const seconds = pairs.map((one) => one.slice(name.length + 1));
      throw new EdgemarkError("usage.flag", `a word after ${name} expected; ${rest[0] ?? "none"} came; ${didYouMean(rest[0] ?? "", seconds, `there are ${seconds.join(", ")}`)}`);
    }
    const hint = didYouMean(name, Object.keys(verbs), "see `edgemark --help`");
    throw new EdgemarkError("usage.flag", `a command expected; ${name} is none; ${hint}`);
  }
  return runCommand(await verb.load(), rest, io);
}

/** An error in words; our own mistakes with their stack, so that they can be reported. */
function tell(error: unknown, io: CommandIo): number {
  if (error instanceof EdgemarkError) {
    io.err(`edgemark: ${error.message} (${error.code})\n`);
    return error.exitCode;
  }
  io.err(`edgemark: this is a mistake of Edgemark's own, please report it: ${messageOf(error)}\n${error instanceof Error ? (error.stack ?? "") : ""}\n`);
  return exitCodes.error;
}

const io = processIo();
// A reader that has seen enough (| head) is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
const code = await main(process.argv.slice(2), io).catch((error: unknown) => tell(error, io));
// A check that ignored its end may still hold timers or sockets: the command is over all the same.
await new Promise((resolve) => process.stdout.write("", resolve));
process.exit(code);
