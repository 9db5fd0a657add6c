// The plainest thing there is to compare an edge with: a process of its own that serves one file from the disk.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { EdgemarkError } from "../../contract/errors.js";

export interface StaticServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Opened for every request, as a static server does that has not been told that the file never changes. */
const program = `
const { createReadStream, statSync } = require("node:fs");
const file = process.argv[1];
const server = require("node:http").createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8", "content-length": statSync(file).size });
  createReadStream(file).pipe(response);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
`;

/** Starts it. @param content of the file @throws EdgemarkError harness.environment when it does not listen */
export async function startStaticServer(content: string): Promise<StaticServer> {
  const folder = await mkdtemp(join(tmpdir(), "edgemark-static-"));
  const file = join(folder, "file.txt");
  await writeFile(file, content);
  const child = spawn(process.execPath, ["-e", program, file], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const port: IteratorResult<string> = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (port.done !== true) return { url: `http://127.0.0.1:${port.value}`, stop };
  await stop();
  throw new EdgemarkError("harness.environment", "a server of one file was expected to listen; it ended instead; see what it wrote");
}
