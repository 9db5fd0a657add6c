// A run as OpenMetrics text (https://prometheus.io/docs/specs/om/open_metrics_spec/), with the time of the run on each sample,
// so that a Prometheus can take it in afterwards too: promtool tsdb create-blocks-from openmetrics.
import { verdicts, type Measurement, type ResultDocument } from "../../contract/result/document.js";
import { shortened, visible } from "../text.js";
import { countOf } from "../words.js";

type Unit = Measurement["unit"];

interface Family {
  readonly name: string;
  /** Base units, as the format wants them; the name ends with it. */
  readonly unit?: string;
  readonly scale: number;
}

/** Times become seconds and sizes bytes; a name that ends in _count or _total would be taken for another type. */
const families: Readonly<Record<Unit, Family>> = {
  ms: { name: "edgemark_measurement_seconds", unit: "seconds", scale: 1e-3 },
  us: { name: "edgemark_measurement_seconds", unit: "seconds", scale: 1e-6 },
  s: { name: "edgemark_measurement_seconds", unit: "seconds", scale: 1 },
  bytes: { name: "edgemark_measurement_bytes", unit: "bytes", scale: 1 },
  MB: { name: "edgemark_measurement_bytes", unit: "bytes", scale: 1e6 },
  ratio: { name: "edgemark_measurement_ratio", unit: "ratio", scale: 1 },
  "requests/s": { name: "edgemark_measurement_requests_per_second", scale: 1 },
  count: { name: "edgemark_measurement_quantity", scale: 1 },
};

/** @returns one exposition, ended by # EOF; void measurements are named as void and have no value */
export function openMetrics(whole: ResultDocument): string {
  const document = shortened(whole);
  const { run, target, environment } = document;
  const common = [["target", target.name], ["target_version", target.version], ["profile", run.profile]] as const;
  const at = Number.isFinite(run.startedAtMs) ? ` ${Number((run.startedAtMs / 1_000).toPrecision(15))}` : "";
  // What is no number, or one only before it was scaled, has no sample.
  const sample = (name: string, labels: readonly (readonly [string, string])[], value: number): readonly string[] =>
    Number.isFinite(value) ? [`${name}{${[...common, ...labels].map(([key, text]) => `${key}="${escaped(text)}"`).join(",")}} ${numeral(value)}${at}\n`] : [];
  const family = (name: string, type: string, help: string, samples: readonly string[], unit?: string): string =>
    samples.length === 0 ? "" : `# TYPE ${name} ${type}\n${unit === undefined ? "" : `# UNIT ${name} ${unit}\n`}# HELP ${name} ${help}\n${samples.join("")}`;
  const measured = Object.values(document.measurements);
  const sound = measured.filter(({ voidBecause, value }) => voidBecause === undefined && Number.isFinite(value));
  const names = [...new Map(Object.values(families).map((one) => [one.name, one])).values()];
  return [
    family("edgemark_run", "info", "The run.", sample("edgemark_run_info", [["run", run.id], ["seed", String(run.seed)], ["cpu", environment.cpu], ["cores", String(environment.cores)], ["node", environment.node], ["commit", environment.gitCommit]], 1)),
    family("edgemark_run_verdict", "stateset", "What the run came to.", verdicts.flatMap((verdict) => sample("edgemark_run_verdict", [["edgemark_run_verdict", verdict]], document.verdict === verdict ? 1 : 0))),
    family("edgemark_run_interrupted", "gauge", "Whether the run was cut short.", sample("edgemark_run_interrupted", [], run.interrupted === undefined ? 0 : 1)),
    family("edgemark_checks", "gauge", "Checks by verdict.", verdicts.flatMap((verdict) => sample("edgemark_checks", [["verdict", verdict]], countOf(document.counts, verdict)))),
    family("edgemark_claims", "gauge", "Claims by verdict.", verdicts.flatMap((verdict) => sample("edgemark_claims", [["verdict", verdict]], countOf(document.claimCounts, verdict)))),
    ...names.map(({ name, unit }) => {
      const own = sound.filter((one) => families[one.unit].name === name);
      const samples = own.flatMap((one) => valuesOf(one).flatMap(([statistic, value]) => sample(name, [["measurement", one.id], ["statistic", statistic]], value * families[one.unit].scale)));
      return family(name, "gauge", "Measurements, by the statistic of their samples.", samples, unit);
    }),
    family("edgemark_measurement_samples", "gauge", "Samples behind a measurement.", sound.flatMap(({ id, n }) => sample("edgemark_measurement_samples", [["measurement", id]], n))),
    family("edgemark_measurement_void", "gauge", "Measurements that must not be judged.", measured.filter((one) => !sound.includes(one)).flatMap(({ id }) => sample("edgemark_measurement_void", [["measurement", id]], 1))),
    "# EOF\n",
  ].join("");
}

function valuesOf({ value, percentiles = {} }: Measurement): readonly (readonly [statistic: string, value: number])[] {
  return [["value", value], ...Object.entries(percentiles).filter(([name, one]) => name !== "value" && Number.isFinite(one))];
}

function escaped(text: string): string {
  return visible(text, { limit: 500 }).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** Without the digits that only multiplying made. */
function numeral(value: number): string {
  return String(Number(value.toPrecision(12)));
}
