// A kept connection to the admin worker of one process, for health probes. A connection and a client object for each probe
// cost the process through which every request goes a twentieth of a core, and the requests that met one of them 2 ms.
import { connect, type Socket } from "node:net";

const question = Buffer.from("GET /health HTTP/1.1\r\nHost: admin\r\n\r\n");
/** The answer has no body. */
const healthy = "HTTP/1.1 204 ";
const headEnd = "\r\n\r\n";

export class HealthLine {
  readonly #port: number;
  #socket: Socket | undefined;
  /** A question is under way; whoever asks meanwhile waits for the same answer. */
  #isAsked = false;
  /** The connection has carried an answer. */
  #isKept = false;
  #waiting: ((isHealthy: boolean) => void)[] = [];

  /** @param port of the process's admin socket */
  constructor(port: number) {
    this.#port = port;
  }

  /** @returns whether the process says that it is well; false when it cannot be reached; open as long as it says nothing */
  ask(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#isAsked) this.#send();
    });
  }

  #send(): void {
    this.#isAsked = true;
    this.#socket ??= this.#open();
    this.#socket.write(question);
  }

  #open(): Socket {
    const socket = connect({ host: "127.0.0.1", port: this.#port, noDelay: true });
    let heard = "";
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString("latin1");
      if (!heard.includes(headEnd)) return;
      const isHealthy = heard.startsWith(healthy);
      heard = "";
      this.#isKept = true;
      this.#tell(isHealthy);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => this.#lost());
    return socket;
  }

  #lost(): void {
    const wasKept = this.#isKept;
    this.#socket = undefined;
    this.#isKept = false;
    // The engine closes a connection that was idle for some seconds, perhaps just as it is asked.
    if (wasKept && this.#isAsked) this.#send();
    else this.#tell(false);
  }

  #tell(isHealthy: boolean): void {
    this.#isAsked = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(isHealthy);
  }
}
