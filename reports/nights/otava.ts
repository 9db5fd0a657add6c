// A folder of nights for Apache Otava: a table with a row per night, and the configuration that reads it
// (https://github.com/apache/otava/blob/master/docs/CSV.md). Otava reads no empty cell, so only numbers of every night are in it.
import { metricsOf, type Metric } from "../comparison/metrics.js";
import { cell } from "../csv.js";
import type { Night } from "./store.js";

/** @returns nights.csv: time, commit and run of each night, and a column for each number that all of them have */
export function otavaCsv(nights: readonly Night[]): string {
  const columns = columnsOf(nights).kept;
  const rows = nights.map(({ document: { run, environment }, document }) => {
    const values = new Map(metricsOf(document).map(({ id, value }) => [id, value]));
    return [new Date(run.startedAtMs).toISOString().replace("T", " ").replace(/\.\d+Z$/, " +0000"), environment.gitCommit === "" ? "unknown" : environment.gitCommit, run.id, ...columns.map(({ id }) => values.get(id))].map(cell).join(",");
  });
  return `${[["time", "commit", "run", ...columns.map(({ id }) => id)].map(cell).join(","), ...rows].join("\n")}\n`;
}

/** @returns otava.yaml: one test, with which way each number gets better */
export function otavaConfiguration(nights: readonly Night[]): string {
  const { kept, dropped } = columnsOf(nights);
  const name = (nights.at(-1)?.document.target.name ?? "target").replace(/[^\w.-]+/g, "-");
  return [
    ...dropped.map((id) => `# left out, because some night lacks it: ${JSON.stringify(id)}`),
    "tests:",
    `  ${JSON.stringify(`edgemark.${name}`)}:`,
    "    type: csv",
    "    file: nights.csv",
    "    time_column: time",
    "    attributes: [commit, run]",
    kept.length === 0 ? "    metrics: {}" : "    metrics:",
    // JSON strings are YAML strings; Otava takes 1 for higher is better.
    ...kept.map(({ id, direction }) => `      ${JSON.stringify(id)}: {column: ${JSON.stringify(id)}, direction: ${direction === "higher" ? 1 : -1}}`),
    "",
  ].join("\n");
}

function columnsOf(nights: readonly Night[]): { readonly kept: readonly Metric[]; readonly dropped: readonly string[] } {
  const tables = nights.map(({ document }) => new Map(metricsOf(document).map((metric) => [metric.id, metric])));
  const known = new Map(tables.flatMap((table) => [...table]));
  const isEverywhere = (id: string): boolean => tables.every((table) => table.get(id)?.value !== undefined);
  return { kept: [...known.values()].filter(({ id }) => isEverywhere(id)), dropped: [...known.keys()].filter((id) => !isEverywhere(id)) };
}
