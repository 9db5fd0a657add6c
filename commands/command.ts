// What a command of the command line is: data that becomes its parser and its help, and a function that runs it.
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { exitCodes, printable } from "../contract/errors.js";
import type { CommandIo } from "./io.js";
import { mistakeInWords } from "./mistyped.js";

export interface OptionSpec {
  /** As commander reads them: "--seed <number>". */
  readonly flags: string;
  /** What it does, with default and unit in words. */
  readonly words: string;
  /** Makes a value of what was typed. @throws InvalidArgumentError with what was expected */
  readonly parse?: (typed: string, before: unknown) => unknown;
  readonly choices?: readonly string[];
}

/** One command: a file of its own, looked up by name. */
export interface CommandSpec {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly args?: readonly { readonly flags: string; readonly words: string }[];
  readonly options: readonly OptionSpec[];
  /** Three of them: what is typed, and what it does. */
  readonly examples: readonly (readonly [typed: string, words: string])[];
  /** What the exit codes mean, where the usual words do not fit. */
  readonly exitCodes?: string;
  /** @returns the exit code. @throws EdgemarkError */
  readonly run: (given: Readonly<Record<string, unknown>>, args: readonly string[], io: CommandIo) => Promise<number>;
}

export const exitCodesInWords = `Exit codes:
  0  all held
  1  a check or a claim failed
  2  wrong usage or configuration
  3  the target or the harness broke, or the run was interrupted
  4  inconclusive`;

/**
 * Parses and runs one command.
 * @param spec the command
 * @param typed what followed its name
 * @returns the exit code; help and mistakes are printed
 */
export async function runCommand(spec: CommandSpec, typed: readonly string[], io: CommandIo): Promise<number> {
  let code: number = exitCodes.error;
  const command = new Command(`edgemark ${spec.name}`)
    .description(spec.summary)
    .helpOption("-h, --help", "show this")
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err, getOutHelpWidth: () => 80, getErrHelpWidth: () => 80, outputError: () => undefined })
    .showSuggestionAfterError()
    .addHelpText("after", `\nExamples:\n${spec.examples.map(([line, words]) => `  ${line}\n      ${words}`).join("\n")}\n\n${spec.exitCodes ?? exitCodesInWords}`);
  for (const { flags, words } of spec.args ?? []) command.argument(flags, words);
  for (const { flags, words, parse, choices } of spec.options) {
    const option = new Option(flags, words);
    if (choices !== undefined) option.choices(choices);
    if (parse !== undefined) option.argParser(parse);
    command.addOption(option);
  }
  command.action(async () => {
    code = await spec.run(command.opts(), command.args, io);
  });
  try {
    await command.parseAsync([...typed], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.held;
    io.err(`edgemark: ${printable(mistakeInWords(error, `edgemark ${spec.name}`, command.args))} (usage.flag)\n`);
    return exitCodes.usage;
  }
  return code;
}

/** The options that were typed, as one types them again, in the order of the help. @param given what the command was called with */
export function typedAgain(options: readonly OptionSpec[], given: Readonly<Record<string, unknown>>): string[] {
  return options.flatMap(({ flags }) => {
    const option = new Option(flags);
    const value = given[option.attributeName()];
    if (value === undefined || value === false) return [];
    if (value === true) return [option.long ?? flags];
    // A time was made ms of, and without its unit it would be seconds.
    const words = (Array.isArray(value) ? value : [value]).map(String).join(",");
    return [`${option.long ?? flags} ${quoted(`${words}${flags.endsWith("<time>") ? "ms" : ""}`)}`];
  });
}

/** A word of a command line as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A parser of numbers within bounds, both included. */
export function numberBetween(low: number, high: number, { isWhole = false } = {}): (typed: string) => number {
  return (typed) => {
    const value = typed.trim() === "" ? Number.NaN : Number(typed);
    if (Number.isFinite(value) && value >= low && value <= high && (!isWhole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`Expected ${isWhole ? "a whole number" : "a number"} from ${low} to ${high}.`);
  };
}

/** A parser of lists: comma separated, repeatable. */
export function listOf(typed: string, before: unknown): string[] {
  const words = typed.split(",").map((word) => word.trim()).filter((word) => word !== "");
  if (words.length === 0) throw new InvalidArgumentError("Expected a name, or several with commas between them.");
  return [...(Array.isArray(before) ? before.map(String) : []), ...words];
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A parser of times with their unit, seconds without one, within bounds in ms. @returns ms */
export function durationBetween(leastMs: number, mostMs: number): (typed: string) => number {
  return (typed) => {
    const [, digits, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(typed.trim()) ?? [];
    const durationMs = Number(digits) * (unitsMs[unit] ?? Number.NaN);
    if (durationMs >= leastMs && durationMs <= mostMs) return durationMs;
    throw new InvalidArgumentError(`Expected a time such as 60s, 2m or 500ms, from ${leastMs / 1_000}s to ${mostMs / 1_000}s.`);
  };
}
