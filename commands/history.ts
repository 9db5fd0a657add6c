// edgemark history: judges a folder of nights again, and writes it as a table for other tools.
import { EdgemarkError } from "../contract/errors.js";
import { nightsInWords, nightsMarkdown } from "../reports/comparison/words.js";
import { judgeNights, type JudgeNightsOptions } from "../reports/nights/judge-nights.js";
import { otavaCsv, otavaConfiguration } from "../reports/nights/otava.js";
import { readNights } from "../reports/nights/store.js";
import { writeOne } from "../reports/index.js";
import { numberBetween, type CommandSpec } from "./command.js";
import { annotationsOf, comparisonExitCodes, exitCodeOfVerdict, usualMinEffectPercent } from "./compare.js";
import { tellGithubActions } from "./github-actions.js";
import { join } from "node:path";

/** A week: whoever was away for one still hears of it. */
export const usualRecentNights = 7;

export function nightsOptionsOf(given: Readonly<Record<string, unknown>>): JudgeNightsOptions {
  const number = (name: string, usual: number): number => (typeof given[name] === "number" ? given[name] : usual);
  // The permutations' seed is fixed: the same nights have the same verdict, whoever judges them.
  return { minEffect: number("minEffect", usualMinEffectPercent) / 100, recentNights: number("recent", usualRecentNights), seed: 1 };
}

export const historyCommand: CommandSpec = {
  name: "history",
  summary: "Judges a folder of nights: which number changed, in which night, by how much, and how sure that is.",
  args: [{ flags: "<folder>", words: "folder of nights, as nightly writes it" }],
  options: [
    { flags: "--min-effect <percent>", words: `smallest change that matters, in percent (default: ${usualMinEffectPercent})`, parse: numberBetween(0, 1_000) },
    { flags: "--recent <nights>", words: `a change older than this is known (default: ${usualRecentNights})`, parse: numberBetween(1, 1_000, { isWhole: true }) },
    { flags: "--otava <folder>", words: "also write nights.csv and otava.yaml there, for Apache Otava (default: none)" },
    { flags: "--json", words: "print the judgement as JSON (default: off)" },
  ],
  examples: [
    ["edgemark history nights", "what changed, and whether the last week got worse"],
    ["edgemark history nights --json", "for a script"],
    ["edgemark history nights --otava otava", "the same numbers for Apache Otava"],
  ],
  exitCodes: comparisonExitCodes,
  async run(given, args, io) {
    const [folder] = args;
    if (folder === undefined || args.length > 1) throw new EdgemarkError("usage.input", `expected one folder of nights; ${args.length} came; name one`);
    const nights = await readNights(folder);
    const judgement = judgeNights(nights, nightsOptionsOf(given));
    const otava = given["otava"];
    if (typeof otava === "string") {
      const apart = new Set(judgement.apart.map(({ file }) => file));
      const together = nights.nights.filter(({ file }) => !apart.has(file));
      await writeOne(join(otava, "nights.csv"), otavaCsv(together));
      await writeOne(join(otava, "otava.yaml"), otavaConfiguration(together));
    }
    io.out(given["json"] === true ? `${JSON.stringify(judgement)}\n` : `${nightsInWords(judgement)}\n`);
    tellGithubActions(nightsMarkdown(judgement), annotationsOf([...judgement.metrics, ...judgement.checks], judgement.reason), io);
    return exitCodeOfVerdict(judgement.verdict);
  },
};
