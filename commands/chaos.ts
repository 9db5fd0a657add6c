// edgemark chaos: a workload from all PoPs while faults strike by a seeded schedule, judged by its checker, and repeatable.
import { randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { missingFor, nemeses } from "../chaos/nemeses/index.js";
import { printSchedule } from "../chaos/schedule/schedule.js";
import { allWorkloads } from "../chaos/workloads/index.js";
import { exitCodes } from "../contract/errors.js";
import type { TargetDescription } from "../contract/target/types.js";
import { runCertify, type RunParts } from "./certify.js";
import { chaosCheck, type Told } from "./chaos/check.js";
import { chaosOptions, chaosSettingsOf, replayOf, type ChaosSettings } from "./chaos/settings.js";
import type { CommandSpec } from "./command.js";
import type { CommandIo } from "./io.js";

/** @param loadParts how a target is opened and reports are written */
export function chaosCommand(loadParts: () => Promise<RunParts>): CommandSpec {
  return {
    name: "chaos",
    summary: "Runs a workload on a target while faults strike by a seeded schedule, and judges its history.",
    options: chaosOptions,
    examples: [
      ["edgemark chaos --nemesis kill,pause --select owner --for 30s --seed 7", "a register on the reference edge, its home killed and frozen"],
      ["edgemark chaos --workload register,counter,cas --seeds 50 --for 30s", "fifty seeds, one after another, and a table at the end"],
      ["edgemark chaos --target ./my-adapter --list", "what can be done to a target"],
    ],
    run: async (given, _args, io) => {
      const settings = chaosSettingsOf(given, () => randomInt(2 ** 32) / 2 ** 32);
      return settings.isList ? list(settings, await loadParts(), io) : runChaosCommand(settings, await loadParts(), io);
    },
  };
}

/** @returns the exit code */
export async function runChaosCommand(settings: ChaosSettings, parts: RunParts, io: CommandIo): Promise<number> {
  const told: Told[] = [];
  const say = (text: string): void => io.err(`${io.isLive ? "\r\u001b[2K" : ""}${text}\n`);
  const runs = Array.from({ length: settings.seeds }, (_, index) => {
    const workload = settings.workloads[index % settings.workloads.length];
    return workload === undefined ? [] : [{ seed: (settings.run.seed + index) % 2 ** 32, workload }];
  }).flat();
  const replays = new Map(runs.map(({ seed, workload }) => [`chaos.${workload.id}.seed-${seed}`, replayOf(settings, seed, workload)]));
  const checks = runs.map(({ seed, workload }) => chaosCheck({ settings, seed, workload, say, onTold: (one) => void told.push(one) }));
  const allIds = parts.suites.flatMap((suite) => suite.checks.map((check) => check.id));
  const [first] = replays.values();
  const code = await runCertify(
    "run",
    settings.run,
    {
      ...parts,
      suites: [{ id: "chaos", title: "Chaos", checks }],
      // What is known of the target names checks of the suites.
      openSession: (run, checkIds) => parts.openSession(run, [...allIds, ...checkIds]),
      replay: {
        run: runs.length === 1 && first !== undefined ? first : `${first ?? ""} --seeds ${settings.seeds} --workload ${settings.workloads.map(({ id }) => id).join(",")}`,
        check: (checkId) => replays.get(checkId) ?? "",
      },
      async writeReports(document, runDirectory) {
        writeSchedules(settings, told, runDirectory, say);
        return parts.writeReports(document, runDirectory);
      },
    },
    io,
  );
  if (!settings.run.isJson) io.out(table(told));
  return code;
}

/** The schedules of a run, a file each, and the line that repeats what failed. */
function writeSchedules(settings: ChaosSettings, told: readonly Told[], runDirectory: string, say: (text: string) => void): void {
  const folder = join(runDirectory, "schedules");
  for (const { seed, workload, verdict, schedule, smallest } of told) {
    if (schedule === undefined) continue;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${workload}.seed-${seed}.json`), printSchedule(schedule));
    const file = smallest === undefined ? undefined : join(folder, `${workload}.seed-${seed}.smallest.json`);
    if (file !== undefined && smallest !== undefined) writeFileSync(file, printSchedule(smallest));
    const found = settings.workloads.find(({ id }) => id === workload);
    if (verdict !== "pass" && found !== undefined) say(`replay: ${replayOf(settings, seed, found, file)}`);
  }
}

function table(told: readonly Told[]): string {
  if (told.length < 2) return "";
  const rows = [["seed", "workload", "verdict", "faults", "operations", "lost", "quiet after", "reason"]];
  for (const one of told) {
    rows.push([String(one.seed), one.workload, one.verdict, String(one.faults), String(one.operations), String(one.lost), `${one.quietAfterMs} ms`, one.verdict === "pass" ? "" : one.reason]);
  }
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const counts = [...new Set(told.map(({ verdict }) => verdict))].map((verdict) => `${told.filter((one) => one.verdict === verdict).length} ${verdict}`);
  const lines = rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell.slice(0, 160) : cell.padEnd(widths[column] ?? 0))).join("  ").trimEnd());
  return `\n${lines.join("\n")}\n${told.length} runs: ${counts.join(", ")}\n`;
}

async function list(settings: ChaosSettings, parts: RunParts, io: CommandIo): Promise<number> {
  const target = settings.hasTarget ? await described(settings, parts) : undefined;
  const missing = (needs: (description: TargetDescription) => string | undefined): string | undefined => (target === undefined ? undefined : needs(target));
  const data = {
    ...(target === undefined ? {} : { target: target.name, pops: target.pops.map((pop) => pop.id) }),
    nemeses: nemeses.map((nemesis) => {
      const cannot = missing((description) => missingFor(nemesis, description));
      return { id: nemesis.id, description: nemesis.description, needs: nemesis.needs, ...(target === undefined ? {} : { canDo: cannot === undefined }), ...(cannot === undefined ? {} : { missing: cannot }) };
    }),
    workloads: allWorkloads.map((workload) => {
      const lacks = missing((description) => workload.needs.find((need) => !description.capabilities.includes(need)));
      return { id: workload.id, description: workload.title, ...(target === undefined ? {} : { canDo: lacks === undefined }), ...(lacks === undefined ? {} : { missing: `the target does not declare ${lacks}` }) };
    }),
  };
  if (settings.run.isJson) io.out(`${JSON.stringify(data)}\n`);
  else {
    const width = Math.max(...[...data.nemeses, ...data.workloads].map(({ id }) => id.length));
    const line = (one: { readonly id: string; readonly description: string; readonly canDo?: boolean; readonly missing?: string }): string =>
      `  ${one.canDo === undefined ? "" : one.canDo ? "✓ " : "– "}${one.id.padEnd(width)}  ${one.description}${one.missing === undefined ? "" : ` (${one.missing})`}\n`;
    io.out(`Nemeses${target === undefined ? "" : ` (✓ ${target.name} can do it)`}:\n${data.nemeses.map(line).join("")}Workloads:\n${data.workloads.map(line).join("")}`);
  }
  return exitCodes.held;
}

async function described(settings: ChaosSettings, parts: RunParts): Promise<TargetDescription> {
  const session = await parts.openSession(settings.run, parts.suites.flatMap((suite) => suite.checks.map((check) => check.id)));
  try {
    return session.description;
  } finally {
    await session.close();
  }
}
