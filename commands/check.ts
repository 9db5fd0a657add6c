// edgemark check FILE --model NAME: judges a recorded history again, alone, without the target that made it, so that
// anybody can repeat a verdict from the file beside a result document.
import { models } from "../chaos/checkers/index.js";
import { isolationLevels } from "../chaos/checkers/transactions.js";
import { encodeOperation } from "../chaos/history/codec.js";
import { readHistoryFile } from "../chaos/history/reader.js";
import { didYouMean, EdgemarkError, exitCodes } from "../contract/errors.js";
import type { CheckerAnswer } from "../contract/history/types.js";
import { numberBetween, type CommandSpec } from "./command.js";
import type { CommandIo } from "./io.js";

export interface CheckOptions {
  readonly file: string;
  readonly model: string;
  /** The staleness that is promised, ms. */
  readonly windowMs?: number;
  /** Steps that a search for an order may take. */
  readonly maxSteps?: number;
  /** The level that transactions must keep. */
  readonly isolation?: string;
  readonly json?: boolean;
}

const exitCodeOf = { valid: exitCodes.held, invalid: exitCodes.failed, unknown: exitCodes.inconclusive } as const satisfies Record<
  CheckerAnswer["verdict"],
  number
>;

/**
 * Judges one history file.
 * @returns 0 valid, 1 invalid, 4 unknown
 * @throws EdgemarkError usage.flag for an unknown model, usage.input for a file that is no such history
 */
export async function runCheck(options: CheckOptions, io: Pick<CommandIo, "out">): Promise<number> {
  const model = models.get(options.model);
  if (model === undefined) throw unknownModel(options.model);
  const { windowMs, maxSteps, isolation } = options;
  const operations = await readHistoryFile(options.file);
  const { answer, lines, facts } = model.judge(operations, { ...(windowMs === undefined ? {} : { windowMs }), ...(maxSteps === undefined ? {} : { maxSteps }), ...(isolation === undefined ? {} : { isolation }) });

  if (options.json === true) {
    const violation = answer.violation?.map((one): unknown => JSON.parse(encodeOperation(one))) ?? [];
    io.out(`${JSON.stringify({ model: options.model, verdict: answer.verdict, reason: answer.reason, operations: operations.length, ...facts, violation })}\n`);
    return exitCodeOf[answer.verdict];
  }
  io.out(`${answer.verdict}: ${answer.reason}\n`);
  for (const line of lines) io.out(`  ${line}\n`);
  if (answer.violation !== undefined) {
    io.out("the smallest part that shows it:\n");
    for (const operation of answer.violation) io.out(`  ${encodeOperation(operation)}\n`);
  }
  return exitCodeOf[answer.verdict];
}

function unknownModel(given: string): EdgemarkError {
  const advice = didYouMean(given, [...models.keys()], `choose ${[...models.keys()].join(", ")}`);
  return new EdgemarkError("usage.flag", `expected a model of histories; "${given}" is none; ${advice}`);
}

/** The longest window that can be asked for: a year. */
const maxWindowMs = 366 * 24 * 3_600_000;

export const checkCommand = {
  name: "check",
  summary: "Judges a recorded history again, alone, without the target that made it.",
  args: [{ flags: "<file>", words: "a history: one JSON operation a line" }],
  options: [
    { flags: "--model <name>", words: `what it must satisfy: ${[...models].map(([name, model]) => `${name} (${model.summary})`).join("; ")}` },
    { flags: "--window-ms <ms>", words: "staleness: the window that is promised, in ms (default: any window)", parse: numberBetween(0, maxWindowMs) },
    {
      flags: "--max-steps <count>",
      words: "register, set, cas: steps that the search for an order may take before the answer is unknown (default: 10000000)",
      parse: numberBetween(1, 1e12, { isWhole: true }),
    },
    { flags: "--isolation <level>", words: `list-append: the level to keep, of ${isolationLevels.join(", ")} (default: strict-serializable)` },
    { flags: "--json", words: "print one JSON object (default: lines)" },
  ],
  examples: [
    ["edgemark check history.jsonl --model staleness", "finds the smallest window that explains it"],
    ["edgemark check history.jsonl --model staleness --window-ms 60000", "fails when a read is older than a minute"],
    ["edgemark check history.jsonl --model cas --json", "looks for an order that explains every answer, for machines"],
  ],
  async run(given, [file = ""], io) {
    const model = given["model"];
    if (typeof model !== "string") {
      throw new EdgemarkError("usage.flag", `expected --model; none was given; choose ${[...models.keys()].join(", ")}`);
    }
    const windowMs = given["windowMs"];
    const maxSteps = given["maxSteps"];
    const isolation = given["isolation"];
    const limits = { ...(typeof isolation === "string" ? { isolation } : {}), ...(typeof windowMs === "number" ? { windowMs } : {}), ...(typeof maxSteps === "number" ? { maxSteps } : {}) };
    return runCheck({ file, model, ...limits, json: given["json"] === true }, io);
  },
} as const satisfies CommandSpec;
