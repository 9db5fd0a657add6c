// What a whole process costs that serves the same answer, to hold an isolate's memory against.
import { spawn } from "node:child_process";
import { memoryOf } from "./processes.js";

const program = `
const server = require("node:http").createServer((_request, response) => response.end("hello\\n"));
server.listen(0, "127.0.0.1", () => {
  require("node:http").get({ port: server.address().port, host: "127.0.0.1", agent: false }, (response) => response.resume().on("end", () => console.log("answered")));
});
process.stdin.resume().on("end", () => process.exit(0));
`;

/** @returns MB of a Node process that has answered one request; undefined where the kernel cannot be asked */
export async function nodeProcessMb(): Promise<number | undefined> {
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  try {
    await Promise.race([new Promise((resolve) => child.stdout.once("data", resolve)), ended]);
    return child.pid === undefined ? undefined : memoryOf([child.pid])[0]?.proportionalMb;
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}
