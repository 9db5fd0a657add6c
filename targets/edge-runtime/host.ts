// One worker in edge-runtime, as a process: takes the path of a classic script, serves it on a free loopback port.
import { readFile } from "node:fs/promises";
import { EdgeRuntime, runServer } from "edge-runtime";

const script = process.argv[2];
if (script === undefined) throw new TypeError("expected the path of a script as the argument");
const runtime = new EdgeRuntime({ initialCode: await readFile(script, "utf8") });
const server = await runServer({ runtime, host: "127.0.0.1", port: 0 });
process.stdout.write(`listening ${new URL(server.url).port}\n`);
