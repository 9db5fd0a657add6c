// The edge-runtime target: each deployment is a Node process that holds one edge-runtime context. The runtime takes
// classic scripts, so the worker is bundled into one, with a fetch listener around it.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import { runAdapter } from "../kit/adapter.js";
import { startListening } from "../kit/child.js";
import { entryNote, entryProgram } from "../kit/entry.js";
import { openProcessPerWorker } from "../kit/process-per-worker.js";
import { findRuntime } from "../kit/runtimes.js";

const host = fileURLToPath(new URL("./host.js", import.meta.url));
/** waitUntil goes to the event, which edge-runtime has. */
const listen = `addEventListener("fetch", (event) => event.respondWith((async () =>
  worker.fetch(event.request, env, { ...ctx(), waitUntil: (promise) => event.waitUntil(promise) }))()));`;

await runAdapter(async () => {
  const { version } = findRuntime("edge-runtime");
  return openProcessPerWorker({
    description: {
      name: "edge-runtime",
      version,
      vendor: "Vercel",
      capabilities: ["workers", "deploy", "workers.multiple", "workers.env", "workers.wait-until"],
      notes: [
        entryNote,
        `runs on Node ${process.versions.node}; the worker is bundled by esbuild into a classic script, because edge-runtime takes no modules`,
        "addEventListener takes fetch and rejections only; the global is no EventTarget, and ErrorEvent and PromiseRejectionEvent do not exist, so workers.event-target is not declared",
      ],
    },
    async start({ folder, mainModule, env }) {
      await writeFile(join(folder, "edgemark-entry.mjs"), entryProgram(mainModule, env, listen));
      const script = join(folder, "edgemark-script.js");
      await bundle(join(folder, "edgemark-entry.mjs"), script);
      return startListening(process.execPath, [host, script], { cwd: folder, deadlineMs: 20_000 });
    },
  });
});

/** @throws EdgemarkError usage.input when the worker imports what a classic script cannot have */
async function bundle(entry: string, outfile: string): Promise<void> {
  try {
    await build({ entryPoints: [entry], outfile, bundle: true, format: "iife", platform: "neutral", target: "es2022", logLevel: "silent", supported: { "top-level-await": false } });
  } catch (error) {
    throw new EdgemarkError("usage.input", `expected a worker that can become one classic script; ${messageOf(error).slice(0, 1_500)}; edge-runtime cannot run it`, { cause: error });
  }
}
