// A plan as one script that k6 runs: the scenarios' functions and the options, bundled, with k6's own modules left to it.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { K6Plan } from "./plan.js";

/** @returns the script's text @throws the bundler's error when a scenario cannot be bundled */
export async function bundleOf({ scenarios, options }: K6Plan): Promise<string> {
  const folder = fileURLToPath(new URL("./scenarios/", import.meta.url));
  const contents = [...scenarios.map(({ id }) => `export { ${id} } from "./${id}.js";`), `export const options = ${JSON.stringify(options)};`].join("\n");
  const { outputFiles } = await build({ stdin: { contents, resolveDir: folder, sourcefile: "edgemark.js" }, bundle: true, write: false, format: "esm", target: "es2022", platform: "neutral", external: ["k6", "k6/*"], logLevel: "silent", legalComments: "none" });
  return outputFiles[0]?.text ?? "";
}
