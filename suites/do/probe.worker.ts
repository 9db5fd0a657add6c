// The objects that the cases ask: methods that show what a call, an argument, an error or a life of an object is like.
import { DurableObject } from "cloudflare:workers";
import { disposals, Tally } from "./tally.worker.js";

export interface ProbeEnv {
  readonly PROBES: DurableObjectNamespace<Probe>;
  readonly GREETING: string;
}

/** A class with no place in RPC: neither plain data nor a capability. */
class Stranger {
  readonly word = "stranger";
}

class CustomError extends Error {
  override readonly name = "CustomError";
  readonly code = 42;
}

abstract class Ancestor extends DurableObject<ProbeEnv> {
  inherited(): string {
    return "inherited";
  }

  get inheritedLabel(): string {
    return "inherited label";
  }
}

export class Probe extends Ancestor {
  readonly #nonce = crypto.randomUUID();
  readonly ownProperty = "an instance's own property";
  ownFunction = (): string => "an instance's own function";
  #memory: unknown;
  readonly #waiting = new Map<string, () => void>();

  constructor(ctx: DurableObjectState, env: ProbeEnv) {
    super(ctx, env);
    const name = ctx.id.name ?? "";
    if (name.endsWith("/announced")) void ctx.blockConcurrencyWhile(() => env.PROBES.getByName(name.replace(/announced$/, "book")).write(name));
    if (name.endsWith("/refusing")) void ctx.blockConcurrencyWhile(() => this.#refuseOnce("refused in blockConcurrencyWhile"));
    if (name.endsWith("/broken")) throw new CustomError("broken in the constructor");
  }

  async #refuseOnce(message: string): Promise<void> {
    if ((await this.ctx.storage.get<boolean>("admits")) === true) return;
    // Outlives the reset that follows: the next instance is admitted.
    await this.ctx.storage.put("admits", true);
    await this.ctx.storage.sync();
    throw new Error(message);
  }

  // Life and identity

  nonce(): string {
    return this.#nonce;
  }

  identity(): { id: string; name: string | undefined } {
    return { id: this.ctx.id.toString(), name: this.ctx.id.name };
  }

  async write(line: string): Promise<void> {
    await this.ctx.storage.put("lines", [...(await this.lines()), line]);
  }

  async lines(): Promise<string[]> {
    return (await this.ctx.storage.get<string[]>("lines")) ?? [];
  }

  async store(key: string, value: string): Promise<string> {
    await this.ctx.storage.put(key, value);
    return this.#nonce;
  }

  async load(key: string): Promise<string | undefined> {
    return this.ctx.storage.get<string>(key);
  }

  async increment(): Promise<{ count: number; nonce: string }> {
    const count = ((await this.ctx.storage.get<number>("count")) ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return { count, nonce: this.#nonce };
  }

  remember(value: unknown): void {
    this.#memory = value;
  }

  recall(): unknown {
    return this.#memory;
  }

  greeting(): string {
    return this.env.GREETING;
  }

  /** Through a stub of its own namespace: objects call objects. */
  async relay(name: string, line: string): Promise<string[]> {
    const other = this.env.PROBES.getByName(name);
    await other.write(line);
    return other.lines();
  }

  /** Waits for the word, which another call must say. */
  wait(word: string): Promise<string> {
    return new Promise((resolve) => this.#waiting.set(word, () => resolve(word)));
  }

  /** Says that it has begun, then takes its time, stores the word and answers. */
  async slowly(afterMs: number, word: string): Promise<string> {
    await this.ctx.storage.put("begun", word);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await this.ctx.storage.put("word", word);
    return word;
  }

  waiting(): number {
    return this.#waiting.size;
  }

  signal(word: string): void {
    this.#waiting.get(word)?.();
  }

  // Calls

  get label(): string {
    return "label";
  }

  get nested(): { list: number[]; tally: Tally } {
    return { list: [1, 2, 3], tally: new Tally(this.#nonce) };
  }

  add(left: number, right: number): number {
    return left + right;
  }

  argumentCount(...given: unknown[]): number {
    return given.length;
  }

  echo(value: unknown): unknown {
    return value;
  }

  /** What arrived, by its prototype and tag. */
  describe(value: unknown): string {
    const tag = Object.prototype.toString.call(value);
    if (typeof value !== "object" || value === null) return `${typeof value} ${String(value)}`;
    return value instanceof Error ? `${tag} ${value.name}: ${value.message}` : tag;
  }

  changed(value: { list: number[] }): number {
    value.list.push(4);
    return value.list.length;
  }

  stranger(): unknown {
    return new Stranger();
  }

  tally(): Tally {
    return new Tally(this.#nonce);
  }

  async useTally(tally: { increment(by?: number): Promise<number> }, times: number): Promise<number> {
    let last = 0;
    for (let time = 0; time < times; time++) last = await tally.increment();
    return last;
  }

  disposals(): number {
    return disposals.get(this.#nonce) ?? 0;
  }

  async callBack(callback: (value: number) => Promise<string>, times: number): Promise<string[]> {
    const said: string[] = [];
    for (let time = 0; time < times; time++) said.push(await callback(time));
    return said;
  }

  functions(): { double: (value: number) => number; name: string } {
    return { double: (value) => value * 2, name: "functions" };
  }

  async asyncFail(): Promise<never> {
    await Promise.resolve();
    throw new TypeError("refused after a while");
  }

  stream(chunks: number, sizeBytes: number): ReadableStream<Uint8Array> {
    let sent = 0;
    return new ReadableStream({
      type: "bytes",
      pull(controller) {
        if (sent === chunks) {
          controller.close();
          controller.byobRequest?.respond(0);
          return;
        }
        controller.enqueue(new Uint8Array(sizeBytes).fill(sent++ % 256));
      },
    });
  }

  async consume(stream: ReadableStream<Uint8Array>): Promise<{ bytes: number; sum: number }> {
    let bytes = 0;
    let sum = 0;
    for await (const chunk of stream) {
      bytes += chunk.byteLength;
      for (const byte of chunk) sum += byte;
    }
    return { bytes, sum };
  }

  async fill(sink: WritableStream<Uint8Array>, text: string): Promise<void> {
    const writer = sink.getWriter();
    for (const letter of text) await writer.write(new TextEncoder().encode(letter));
    await writer.close();
  }

  async answer(request: Request): Promise<Response> {
    return new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`, { status: 201, headers: { "x-seen": request.headers.get("x-sent") ?? "" } });
  }

  // Failures

  fail(kind: string): never {
    switch (kind) {
      case "type":
        throw new TypeError("wrong type");
      case "range":
        throw new RangeError("out of range");
      case "custom":
        throw new CustomError("custom failure");
      case "text":
        throw "just a text";
      default:
        throw new Error("failed as asked");
    }
  }

  abort(reason: string): void {
    this.ctx.abort(reason);
  }

  async blockAndFail(): Promise<void> {
    await this.ctx.blockConcurrencyWhile(async () => {
      throw new Error("failed while blocking");
    });
  }

  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/echo":
        return new Response(request.body, { status: Number(url.searchParams.get("status") ?? 200), headers: { "x-method": request.method, "x-query": url.search, "x-sent": request.headers.get("x-sent") ?? "" } });
      case "/cookies":
        return new Response("", { headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] });
      case "/nonce":
        return new Response(this.#nonce);
      case "/redirect":
        return new Response("", { status: 302, headers: { location: "https://elsewhere.example/" } });
      case "/bytes":
        return new Response(this.stream(Number(url.searchParams.get("chunks")), 1024));
      case "/fail":
        throw new RangeError("fetch failed as asked");
      case "/order":
        return new Response(String(await this.#order(url.searchParams.get("mark") ?? "")));
      case "/seen":
        return Response.json(this.#seen);
      default:
        return new Response(`no ${url.pathname}`, { status: 404 });
    }
  }

  readonly #seen: string[] = [];

  async #order(mark: string): Promise<number> {
    this.#seen.push(mark);
    return this.#seen.length;
  }
}
