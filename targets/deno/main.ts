// The deno target: each deployment is a deno process that serves the worker's fetch handler.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runAdapter } from "../kit/adapter.js";
import { startListening } from "../kit/child.js";
import { entryNote, entryProgram } from "../kit/entry.js";
import { openProcessPerWorker } from "../kit/process-per-worker.js";
import { findRuntime } from "../kit/runtimes.js";

const serve = `Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log("listening " + port) }, handle);`;

await runAdapter(async () => {
  const { program, version } = findRuntime("deno");
  return openProcessPerWorker({
    description: {
      name: "deno",
      version: version || "unknown",
      vendor: "Deno",
      capabilities: ["workers", "deploy", "workers.multiple", "workers.env", "workers.wait-until", "workers.event-target", "workers.node"],
      notes: [
        entryNote,
        "all permissions are granted (deno run -A); one process per deployment",
        "caches.open exists but caches.default does not, so the Cache API is not declared",
      ],
    },
    async start({ folder, mainModule, env }) {
      const entry = join(folder, "edgemark-entry.mjs");
      await writeFile(entry, entryProgram(mainModule, env, serve));
      return startListening(program, ["run", "-A", "--no-prompt", "--no-lock", "--quiet", entry], {
        cwd: folder,
        env: { DENO_NO_UPDATE_CHECK: "1", DENO_DIR: join(folder, "..", "cache") },
        deadlineMs: 20_000,
      });
    },
  });
});
