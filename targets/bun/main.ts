// The bun target: each deployment is a bun process that serves the worker's fetch handler.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runAdapter } from "../kit/adapter.js";
import { startListening } from "../kit/child.js";
import { entryNote, entryProgram } from "../kit/entry.js";
import { openProcessPerWorker } from "../kit/process-per-worker.js";
import { findRuntime } from "../kit/runtimes.js";

const serve = `const server = Bun.serve({ port: 0, hostname: "127.0.0.1", development: false, fetch: handle });
console.log("listening " + server.port);`;

await runAdapter(async () => {
  const { program, version } = findRuntime("bun");
  return openProcessPerWorker({
    description: {
      name: "bun",
      version: version || "unknown",
      vendor: "Oven",
      capabilities: ["workers", "deploy", "workers.multiple", "workers.env", "workers.wait-until", "workers.html-rewriter", "workers.node"],
      notes: [
        entryNote,
        "one process per deployment; a connection without traffic is closed after 10 s, which is Bun's default",
        "the global has addEventListener but is no EventTarget: it hears neither errors nor rejections (one that nobody handles ends the process), so workers.event-target is not declared",
      ],
    },
    async start({ folder, mainModule, env }) {
      const entry = join(folder, "edgemark-entry.mjs");
      await writeFile(entry, entryProgram(mainModule, env, serve));
      return startListening(program, ["run", "--no-install", entry], { cwd: folder, env: { DO_NOT_TRACK: "1" }, deadlineMs: 20_000 });
    },
  });
});
