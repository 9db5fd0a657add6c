// Reads a schedule from JSON: everything that is wrong with it is said at once, before anything is harmed.
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import { nemesisOf } from "../nemeses/index.js";
import { selectors, type Nemesis } from "../nemeses/nemesis.js";
import type { Schedule, ScheduleStep } from "./schedule.js";

/** A given schedule may leave a fault in effect for so much longer than a drawn one does. */
const longestFactor = 10;
const longestForMs = 24 * 3_600_000;
const mostSteps = 1_000;
const scheduleFields = new Set(["seed", "forMs", "steps"]);
const stepFields = new Set(["atMs", "nemesis", "popIds", "select", "durationMs", "scope", "parameters"]);

/**
 * @param text JSON
 * @param popIds the PoPs of the target; undefined: not known yet, and not checked
 * @throws EdgemarkError usage.input with everything that is wrong
 */
export function parseSchedule(text: string, popIds?: readonly string[]): Schedule {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new EdgemarkError("usage.input", `expected a schedule as JSON; it is not: ${messageOf(cause)}; \`edgemark chaos --help\` shows how to make one`, { cause });
  }
  const problems: string[] = [];
  const schedule = scheduleOf(parsed, problems);
  if (schedule !== undefined) problems.push(...problemsOf(schedule, popIds));
  if (schedule !== undefined && problems.length === 0) return schedule;
  throw new EdgemarkError("usage.input", `expected a schedule that can be carried out; ${problems.join("; ")}; correct it`);
}

/** What is wrong with a schedule on these PoPs, in words. */
export function problemsOf(schedule: Schedule, popIds: readonly string[] | undefined): readonly string[] {
  const problems: string[] = [];
  for (const [index, step] of schedule.steps.entries()) {
    const name = `step ${index + 1} (${step.nemesis})`;
    for (const problem of stepProblems(step, schedule.forMs, popIds)) problems.push(`${name}: ${problem}`);
    const before = schedule.steps.slice(0, index);
    const overlapping = before.findIndex((other) => overlaps(other, step) && meets(other, step));
    if (overlapping !== -1) problems.push(`${name} begins before step ${overlapping + 1} is over, and may meet the same PoP; name other PoPs or move it`);
  }
  return problems;
}

function stepProblems(step: ScheduleStep, forMs: number, popIds: readonly string[] | undefined): string[] {
  let nemesis: Nemesis;
  try {
    nemesis = nemesisOf(step.nemesis);
  } catch (error) {
    return [messageOf(error)];
  }
  const problems: string[] = [];
  const longestMs = nemesis.durationMs.most * longestFactor;
  if (step.atMs + step.durationMs > forMs) problems.push(`it ends after ${step.atMs + step.durationMs} ms, and the schedule after ${forMs} ms`);
  if (step.durationMs > longestMs) problems.push(`it may last at most ${longestMs} ms; ${step.durationMs} came`);
  if (step.popIds !== undefined && step.select !== undefined) problems.push("it has popIds and select; one of them is enough");
  if (step.popIds?.length === 0) problems.push("popIds is empty");
  const unknown = popIds === undefined ? [] : (step.popIds ?? []).filter((popId) => !popIds.includes(popId));
  if (unknown.length > 0) problems.push(`the target has no PoP ${unknown.join(", ")}; it has ${popIds?.join(", ") ?? ""}`);
  if (popIds !== undefined && nemesis.leastPops > 1 && step.popIds !== undefined && new Set(step.popIds).size >= popIds.length) problems.push("it names every PoP, and leaves none on the other side");
  if (step.scope !== undefined && nemesis.scopes?.includes(step.scope) !== true) {
    problems.push(nemesis.scopes === undefined ? "it has no scope" : `its scope is one of ${nemesis.scopes.join(", ")}; ${JSON.stringify(step.scope)} came`);
  }
  const names = Object.keys(nemesis.parameters);
  for (const name of Object.keys(step.parameters ?? {})) if (!names.includes(name)) problems.push(`it has no parameter ${JSON.stringify(name)}${names.length === 0 ? "" : `; it has ${names.join(", ")}`}`);
  for (const name of names) if (step.parameters?.[name] === undefined) problems.push(`its parameter ${name} is missing`);
  return problems;
}

function overlaps(a: ScheduleStep, b: ScheduleStep): boolean {
  return a.atMs < b.atMs + Math.max(1, b.durationMs) && b.atMs < a.atMs + Math.max(1, a.durationMs);
}

/** Whether two steps may strike the same PoP. */
function meets(a: ScheduleStep, b: ScheduleStep): boolean {
  if (a.popIds === undefined || b.popIds === undefined) return true;
  const popIds = b.popIds;
  return a.popIds.some((popId) => popIds.includes(popId));
}

function scheduleOf(parsed: unknown, problems: string[]): Schedule | undefined {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    problems.push(`${JSON.stringify(parsed)?.slice(0, 60) ?? "nothing"} came instead of an object {seed, forMs, steps}`);
    return undefined;
  }
  // The one place where unknown JSON becomes fields; each is checked below.
  const raw = parsed as Record<string, unknown>;
  const before = problems.length;
  for (const name of Object.keys(raw)) if (!scheduleFields.has(name)) problems.push(`unknown field ${JSON.stringify(name)}`);
  const seed = numberOf(raw["seed"], "seed", { least: 0, most: 2 ** 32 - 1, isWhole: true }, problems);
  const forMs = numberOf(raw["forMs"], "forMs", { least: 1, most: longestForMs }, problems);
  const list = raw["steps"];
  if (!Array.isArray(list) || list.length > mostSteps) {
    problems.push(`steps is ${Array.isArray(list) ? `a list of ${list.length}, more than ${mostSteps}` : "not a list"}`);
    return undefined;
  }
  const steps = list.map((one: unknown, index) => stepOf(one, `step ${index + 1}`, problems));
  return problems.length > before ? undefined : { seed, forMs, steps: steps.filter((step) => step !== undefined).sort((a, b) => a.atMs - b.atMs) };
}

function stepOf(parsed: unknown, name: string, problems: string[]): ScheduleStep | undefined {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    problems.push(`${name} is not an object`);
    return undefined;
  }
  const raw = parsed as Record<string, unknown>;
  for (const field of Object.keys(raw)) if (!stepFields.has(field)) problems.push(`${name}: unknown field ${JSON.stringify(field)}`);
  const { nemesis, popIds, select, scope, parameters } = raw;
  const atMs = numberOf(raw["atMs"], `${name}: atMs`, { least: 0, most: longestForMs }, problems);
  const durationMs = numberOf(raw["durationMs"], `${name}: durationMs`, { least: 0, most: longestForMs }, problems);
  if (typeof nemesis !== "string") problems.push(`${name}: nemesis is ${JSON.stringify(nemesis) ?? "missing"}, not a name`);
  const selector = selectors.find((known) => known === select);
  if (select !== undefined && selector === undefined) problems.push(`${name}: select is ${JSON.stringify(select)}, not ${selectors.join(", ")}`);
  if (popIds !== undefined && !isTexts(popIds)) problems.push(`${name}: popIds is not a list of names`);
  if (scope !== undefined && typeof scope !== "string") problems.push(`${name}: scope is not a word`);
  if (parameters !== undefined && !isNumbers(parameters)) problems.push(`${name}: parameters are not numbers by name`);
  if (typeof nemesis !== "string") return undefined;
  return {
    atMs,
    nemesis,
    ...(isTexts(popIds) ? { popIds } : {}),
    ...(selector === undefined ? {} : { select: selector }),
    durationMs,
    ...(typeof scope === "string" ? { scope } : {}),
    ...(isNumbers(parameters) ? { parameters } : {}),
  };
}

function numberOf(value: unknown, name: string, { least, most, isWhole = false }: { least: number; most: number; isWhole?: boolean }, problems: string[]): number {
  if (typeof value === "number" && value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  problems.push(`${name} is ${JSON.stringify(value) ?? "missing"}, not a number from ${least} to ${most}`);
  return least;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isNumbers(value: unknown): value is Readonly<Record<string, number>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every((one) => typeof one === "number" && Number.isFinite(one));
}
