// What a chart is before anybody draws it: data with its scales, a title, and the table that says the same in figures.
// The page draws it as SVG, the PNG writer with chart.js; both tell the same story because both read this.
import type { HeatMap } from "./heat.js";
import type { Curve } from "./curve.js";
import type { Histogram, PercentileMark } from "./distribution.js";
import type { PopMap } from "./map.js";
import type { Strips } from "./strips.js";
import type { TimeSeries } from "./series.js";
import type { Timeline } from "./timeline.js";

/** A claim's figure as a chart shows it: at its place, with the name of what it judges. */
export interface Threshold {
  readonly value: number;
  readonly label: string;
}

/** Figures stay numbers with their unit, so that each reader writes them its own way. */
export type Cell = string | { readonly value: number; readonly unit: string };

export interface ChartTable {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Rows that are in the document and not here. */
  readonly leftOut: number;
}

interface Common {
  /** Names the chart among all of a document; letters, digits, dots and dashes. */
  readonly name: string;
  /** One line, as it came: the id of a measurement may be a stranger's. */
  readonly title: string;
  readonly unit: string;
  readonly table: ChartTable;
}

export type Chart = Common &
  (
    | { readonly kind: "histogram"; readonly data: Histogram; readonly marks: readonly PercentileMark[]; readonly thresholds: readonly Threshold[] }
    | { readonly kind: "percentiles"; readonly marks: readonly PercentileMark[]; readonly thresholds: readonly Threshold[] }
    | { readonly kind: "curve"; readonly data: Curve; readonly thresholds: readonly Threshold[] }
    | { readonly kind: "series"; readonly data: TimeSeries }
    | { readonly kind: "heat"; readonly data: HeatMap }
    | { readonly kind: "strips"; readonly data: Strips }
    | { readonly kind: "timeline"; readonly data: Timeline }
    | { readonly kind: "map"; readonly data: PopMap }
  );

/** A chart of one kind. */
export type ChartOf<Kind extends Chart["kind"]> = Extract<Chart, { readonly kind: Kind }>;
