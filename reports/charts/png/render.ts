// Charts as PNG at twice the usual resolution, for comments of a CI server and for papers. Letters come with us, so that a
// machine without fonts draws the same picture.
import { createRequire } from "node:module";
import type { ChartConfiguration } from "chart.js";
import { ChartJSNodeCanvas } from "chartjs-node-canvas";
import { EdgemarkError, messageOf } from "../../../contract/errors.js";
import type { ResultDocument } from "../../../contract/result/document.js";
import { shortened } from "../../text.js";
import { moment } from "../../words.js";
import { chartsOf } from "../catalogue.js";
import type { Chart } from "../definition.js";
import { configurationOf } from "./configuration.js";
import { brief, colours, letterFamilies, letters } from "./look.js";

export interface PngChart {
  /** Ends in .png; safe for a file. */
  readonly file: string;
  readonly bytes: Buffer;
}

const widthPx = 800;
const usualHeightPx = 400;
/** Pixels of the picture for each CSS pixel. */
const resolution = 2;
/** Of one document; more would fill a disk and nobody looks at them. */
const chartsDrawn = 200;

/**
 * Every chart of a document.
 * @returns in the order of the catalogue
 * @throws EdgemarkError harness.environment when the letters or the drawing library cannot be loaded
 */
export function pngCharts(whole: ResultDocument): readonly PngChart[] {
  const draw = openRenderer();
  const document = shortened(whole);
  const { target, run } = document;
  const under = `${brief(target.name, 40)} ${brief(target.version, 24)} · ${run.profile} · seed ${run.seed} · ${moment(run.startedAtMs)}`;
  return chartsOf(document).slice(0, chartsDrawn).map((chart) => ({ file: `${chart.name}.png`, bytes: draw(chart, under) }));
}

/** @returns a function that draws one chart with a line of words under its title */
export function openRenderer(): (chart: Chart, under: string) => Buffer {
  const canvases = new Map<number, ChartJSNodeCanvas>();
  return (chart, under) => {
    const { type, data, scales, plugins, indexAxis, heightPx = usualHeightPx } = configurationOf(chart);
    const canvas = canvases.get(heightPx) ?? openCanvas(heightPx);
    canvases.set(heightPx, canvas);
    // Chart.js has a type for each kind of chart; what is put together here is one of them.
    const configuration = {
      type,
      data,
      plugins: [...(plugins ?? [])],
      options: {
        animation: false,
        responsive: false,
        devicePixelRatio: resolution,
        layout: { padding: { top: 8, right: 28, bottom: 12, left: 12 } },
        ...(indexAxis === undefined ? {} : { indexAxis }),
        plugins: {
          legend: { display: false },
          title: { display: true, text: brief(chart.title, 80), align: "start", color: colours.ink, font: { size: 20, weight: 600 } },
          subtitle: { display: true, text: [under, ...explanation(chart)], align: "start", color: colours.soft, padding: { bottom: 10 } },
        },
        scales,
      },
    } as unknown as ChartConfiguration;
    return canvas.renderToBufferSync(configuration, "image/png");
  };
}

/** What a reader cannot guess; there is no page around a picture. */
function explanation(chart: Chart): readonly string[] {
  if (chart.kind === "strips") return ["A dot for each sample, a bar for the median, a triangle for the documented figure."];
  if (chart.kind === "series" && chart.data.what !== undefined) return [brief(`Over time: ${chart.data.what}`, 100)];
  return [];
}

function openCanvas(heightPx: number): ChartJSNodeCanvas {
  try {
    registerLetters();
    return new ChartJSNodeCanvas({ width: widthPx, height: heightPx, backgroundColour: colours.page, chartCallback: (chart) => void Object.assign(chart.defaults.font, { family: letters, size: 15 }) });
  } catch (cause) {
    throw new EdgemarkError("harness.environment", `expected chart.js, its canvas and letters, to draw PNG charts; ${messageOf(cause)}; install the packages again with npm ci, or leave png out of --format`, { cause });
  }
}

interface FontRegistry {
  has(family: string): boolean;
  registerFromPath(path: string, family: string): unknown;
}

/** The canvas that chart.js draws on keeps fonts for the whole process: each is registered once. */
function registerLetters(): void {
  const find = createRequire(import.meta.url);
  // The canvas is the drawing library's own package: found from there, it is the same one whatever else is installed.
  const { GlobalFonts: fonts } = createRequire(find.resolve("chartjs-node-canvas"))("canvas") as { readonly GlobalFonts: FontRegistry };
  for (const family of letterFamilies) {
    if (fonts.has(family)) continue;
    const subset = family.slice("Edgemark ".length);
    for (const weight of [400, 600]) {
      const path = find.resolve(`@fontsource/source-sans-3/files/source-sans-3-${subset}-${weight}-normal.woff2`);
      if (fonts.registerFromPath(path, family) === null) throw new Error(`${path} is no font`);
    }
  }
}
