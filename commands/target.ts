// edgemark target check: examines an adapter itself, before any suite runs, and says in plain words what is missing.
import { EdgemarkError, exitCodes } from "../contract/errors.js";
import { examineTarget } from "../targets/check/check.js";
import type { Finding } from "../targets/check/finding.js";
import { type CommandSpec, listOf, numberBetween } from "./command.js";
import type { CommandIo } from "./io.js";

export interface TargetCheckOptions {
  readonly pops?: number;
  readonly timeScale?: number;
  readonly urls?: readonly string[];
  readonly token?: string;
  /** Drop state and inject faults on a target that ran before. */
  readonly disturb?: boolean;
  readonly json?: boolean;
}

/**
 * Examines one target and prints what was found.
 * @param argument a name, grpc://host:port, or the path of an adapter
 * @returns 0 when the contract holds, 1 when it is broken anywhere
 * @throws EdgemarkError for wrong usage
 */
export async function runTargetCheck(argument: string, options: TargetCheckOptions, io: Pick<CommandIo, "out">): Promise<number> {
  const { json = false, ...opening } = options;
  const findings: Finding[] = [];
  await examineTarget(argument, opening, (finding) => {
    findings.push(finding);
    if (!json) io.out(lineOf(finding));
  });
  const broken = findings.filter(({ verdict }) => verdict === "broken").length;
  if (json) io.out(`${JSON.stringify({ target: argument, holds: broken === 0, findings })}\n`);
  else io.out(broken === 0 ? `${argument} keeps the contract.\n` : `${argument} breaks the contract in ${broken} ${broken === 1 ? "place" : "places"}.\n`);
  return broken === 0 ? exitCodes.held : exitCodes.failed;
}

const marks = { held: "ok    ", broken: "BROKEN", skipped: "skip  " } as const;

function lineOf({ subject, verdict, words }: Finding): string {
  return `${marks[verdict]}  ${subject}: ${words.trimEnd().replaceAll("\n", "\n          ")}\n`;
}

export const targetCommand: CommandSpec = {
  name: "target",
  summary: "Examines an adapter against the target contract and says what is missing.",
  args: [
    { flags: "<check>", words: "the word check" },
    { flags: "<target>", words: "name, grpc://host:port, or the path of an adapter" },
  ],
  options: [
    { flags: "--pops <number>", words: "PoPs to start, 1 to 12 (default: the target's own)", parse: numberBetween(1, 12, { isWhole: true }) },
    { flags: "--time-scale <factor>", words: "run platform timers this many times faster (default: the target's own)", parse: numberBetween(1, 10_000) },
    { flags: "--url <pairs>", words: "for the target url: name=http://... of workers that are deployed", parse: listOf },
    { flags: "--token <token>", words: "sent as the bearer token to grpc:// (default: none)" },
    { flags: "--disturb", words: "drop state and inject faults on a target that ran before (default: off)" },
    { flags: "--json", words: "print one JSON object on stdout (default: off)" },
  ],
  examples: [
    ["edgemark target check ./my-adapter", "starts the adapter, examines it, stops it"],
    ["edgemark target check grpc://127.0.0.1:50123", "examines a target that runs, and leaves it as it was"],
    ["edgemark target check miniflare --json", "one that ships, as one JSON object"],
  ],
  async run(given, [action, argument], io) {
    if (action !== "check" || argument === undefined) throw new EdgemarkError("usage.flag", `expected "target check <target>"; ${JSON.stringify(action ?? "")} came; see \`edgemark target --help\``);
    return runTargetCheck(argument, optionsOf(given), io);
  },
};

function optionsOf(given: Readonly<Record<string, unknown>>): TargetCheckOptions {
  const { pops, timeScale, url, token, disturb, json } = given;
  return {
    ...(typeof pops === "number" ? { pops } : {}),
    ...(typeof timeScale === "number" ? { timeScale } : {}),
    ...(Array.isArray(url) ? { urls: url.map(String) } : {}),
    ...(typeof token === "string" ? { token } : {}),
    disturb: disturb === true,
    json: json === true,
  };
}
