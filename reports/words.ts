// How verdicts, numbers, times and products are written, once for every writer: a symbol never comes without its word,
// a number never without its unit.
import type { Counts, Level, Verdict } from "../contract/result/document.js";
import { grouped } from "./text.js";

/** Shape before colour: each verdict has its own sign. */
export const verdictSigns = { pass: "✓", fail: "✗", "not-applicable": "–", inconclusive: "?", error: "!" } as const satisfies Record<Verdict, string>;

export const verdictWords = {
  pass: "passed",
  fail: "failed",
  "not-applicable": "not applicable",
  inconclusive: "inconclusive",
  error: "error",
} as const satisfies Record<Verdict, string>;

/** The worst first: what a reader must see before anything else. */
export const worstFirst: readonly Verdict[] = ["fail", "error", "inconclusive", "pass", "not-applicable"];

export const levelWords = { isolate: "Isolate", storage: "Storage", distributed: "Distributed" } as const satisfies Record<Level, string>;

const productWords: Readonly<Record<string, string>> = {
  workers: "Workers",
  kv: "KV",
  "durable-objects": "Durable Objects",
  do: "Durable Objects",
  d1: "D1",
  r2: "R2",
  cache: "Cache",
  queues: "Queues",
  failover: "Failover",
};

/** A product as its owner writes it, a part of one with its name behind it (do.migration); an unknown one as it came. */
export function productName(product: string): string {
  const [head = "", ...rest] = product.split(".");
  if (!Object.hasOwn(productWords, head)) return product;
  return [productWords[head] ?? head, rest.join(" ").replaceAll("-", " ")].filter((part) => part !== "").join(": ");
}

/** How many of a verdict. */
export function countOf(counts: Counts, verdict: Verdict): number {
  return verdict === "not-applicable" ? counts.notApplicable : counts[verdict];
}

/** The sum of all five. */
export function total(counts: Counts): number {
  return counts.pass + counts.fail + counts.notApplicable + counts.inconclusive + counts.error;
}

/** "1 check", "2 checks". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** A number for people: three significant digits, thousands grouped, never "NaN". */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e12 || size < 1e-4)) return value.toExponential(2);
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  const [whole = "", fraction = ""] = value.toFixed(digits).split(".");
  const trimmed = fraction.replace(/0+$/, "");
  return grouped(Number(whole)) === "0" && whole.startsWith("-") ? `-0.${trimmed || "0"}` : `${grouped(Number(whole))}${trimmed === "" ? "" : `.${trimmed}`}`;
}

/** A value with its unit: 37 ms, 12.4 s, 1.5 MiB, 0.82, 1,200 requests/s. */
export function quantity(value: number, unit: string): string {
  if (!Number.isFinite(value)) return "–";
  if (unit === "ms" && Math.abs(value) >= 10_000) return `${figure(value / 1000)} s`;
  if (unit === "us" && Math.abs(value) >= 1_000) return `${figure(value / 1000)} ms`;
  if (unit === "us") return `${figure(value)} µs`;
  if (unit === "bytes" && Math.abs(value) >= 1024 * 1024) return `${figure(value / 1024 / 1024)} MiB`;
  if (unit === "bytes" && Math.abs(value) >= 1024) return `${figure(value / 1024)} KiB`;
  if (unit === "count" || unit === "ratio" || unit === "") return figure(value);
  return `${figure(value)} ${unit}`;
}

const conditionUnits: Readonly<Record<string, string>> = { Ms: "ms", Us: "us", Seconds: "s", Bytes: "bytes", Mb: "MB" };

/** A condition of a measurement as people read it: ratePerSecond 100 is "rate" and "100/s", thinkMs 20 is "think" and "20 ms". */
export function condition(name: string, value: string | number | boolean): readonly [name: string, value: string] {
  if (!/^[a-z][A-Za-z0-9]{0,39}$/.test(name)) return [name, String(value)];
  const spaced = (words: string): string => words.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const [, base = name, suffix = ""] = /^(.+?)(PerSecond|Ms|Us|Seconds|Bytes|Mb)$/.exec(name) ?? [];
  if (typeof value !== "number" || suffix === "") return [spaced(name), String(value)];
  return [spaced(base), suffix === "PerSecond" ? `${figure(value)}/s` : quantity(value, conditionUnits[suffix] ?? "")];
}

/** A time span: 840 ms, 12.3 s, 1 min 52 s, 2 h 5 min. @param durationMs milliseconds */
export function duration(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return "–";
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${figure(durationMs / 1000)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${grouped(Math.floor(seconds / 3_600))} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

const monthNames = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** "12 November 2026, 08:05 UTC", the same in every locale. @param atMs wall time; one that is no date gives "–" */
export function moment(atMs: number): string {
  const date = new Date(atMs);
  if (Number.isNaN(date.getTime())) return "–";
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getUTCDate()} ${monthNames[date.getUTCMonth()] ?? ""} ${date.getUTCFullYear()}, ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`;
}

/** The machine form of a wall time; undefined for one that is no date. */
export function isoMoment(atMs: number): string | undefined {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
