// The store alone, as a process: to put one bucket behind several machines' engines, and to be killed in its tests.
import { fstatSync } from "node:fs";
import { parseArgs } from "node:util";
import { openBucket } from "./bucket.js";

const { values } = parseArgs({
  options: {
    directory: { type: "string" },
    bucket: { type: "string", default: "edge" },
    port: { type: "string", default: "0" },
    "no-fsync": { type: "boolean", default: false },
  },
});

const { directory, bucket, port } = values;
// Credentials come by the environment: arguments are seen by every user of the machine.
const { EDGEMARK_BUCKET_ACCESS_KEY_ID: accessKeyId, EDGEMARK_BUCKET_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
if (directory === undefined || !/^\d{1,5}$/.test(port)) {
  process.stderr.write("Usage: main.js --directory <folder> [--bucket edge] [--port 0] [--no-fsync]\n");
  process.exit(2);
}

const store = await openBucket({
  directory,
  bucket,
  fsync: !values["no-fsync"],
  ...(accessKeyId !== undefined && secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
});
const { url } = await store.listen({ port: Number(port) });
process.stdout.write(`${JSON.stringify({ url, bucket, ...store.credentials })}\n`);

let isClosing = false;
function close(): void {
  if (isClosing) return;
  isClosing = true;
  void store.close().then(() => process.exit(0));
}
process.on("SIGTERM", close);
process.on("SIGINT", close);
// Whoever started the store through a pipe and went away cannot stop it any more.
const input = fstatSync(0);
if (input.isFIFO() || input.isSocket()) process.stdin.on("end", close).on("error", close).resume();
