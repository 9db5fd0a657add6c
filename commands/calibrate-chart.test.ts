// The drawing of a calibration: every figure of every driver is there, inside the picture, and nothing that it did not measure.
import assert from "node:assert/strict";
import { SaxesParser } from "saxes";
import { calibrationSvg } from "./calibrate-chart.js";

const svg = calibrationSvg({
  kind: "grouped-bars",
  title: "Errors",
  unit: "%",
  groups: ["stall p99", "stall p99.9"],
  series: [
    { name: "open loop", isOurs: true, values: [0.4, -0.2] },
    { name: "<another>", isOurs: false, values: [-94, null] },
    { name: "k6", isOurs: false, values: [6_000, 0] },
  ],
  allowed: [5, 10],
});

describe("calibrationSvg", () => {
  it("is well-formed and shows each figure once", () => {
    const titles: string[] = [];
    const parser = new SaxesParser();
    let inTitle = false;
    parser.on("opentag", ({ name }) => void (inTitle = name === "title"));
    parser.on("text", (text) => void (inTitle && titles.push(text)));
    parser.on("closetag", () => void (inTitle = false));
    parser.on("error", (error) => assert.fail(error.message));
    parser.write(svg).close();
    assert.deepEqual(titles.filter((one) => one.includes(":")).sort(), ["<another>, stall p99: -94 %", "k6, stall p99.9: 0 %", "k6, stall p99: 6000 %", "open loop, stall p99.9: -0.2 %", "open loop, stall p99: 0.4 %"].sort());
  });

  it("keeps what is far off inside the picture, with its figure", () => {
    assert.match(svg, />6000 %<\/text>/);
    for (const [, x] of svg.matchAll(/(?:cx|x|x1|x2)="(-?[\d.]+)"/g)) assert.ok(Number(x) >= 0 && Number(x) <= 720, x);
  });
});
