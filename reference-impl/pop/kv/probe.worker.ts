// A user's worker for the tests of KV: does one operation on its native binding per request and shows what came back,
// values and errors alike, as JSON.

interface Call {
  readonly binding?: "KV" | "OTHER";
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Stands for bytes that JSON cannot carry: `{"bytes": 5, "fill": 97}`; as a stream of unknown length with `chunk`. */
interface Filler {
  readonly bytes: number;
  readonly fill: number;
  readonly chunk?: number;
}

function isFiller(value: unknown): value is Filler {
  return typeof value === "object" && value !== null && "bytes" in value && "fill" in value;
}

function argument(value: unknown): unknown {
  if (!isFiller(value)) return value;
  const { bytes, fill, chunk } = value;
  if (chunk === undefined) return new Uint8Array(bytes).fill(fill);
  let left = bytes;
  return new ReadableStream<Uint8Array>({
    pull(controller): void {
      const size = Math.min(left, chunk);
      left -= size;
      if (size > 0) controller.enqueue(new Uint8Array(size).fill(fill));
      if (left === 0) controller.close();
    },
  });
}

function summary(bytes: Uint8Array): unknown {
  return { bytes: bytes.byteLength, uniform: bytes.every((byte) => byte === bytes[0]), first: bytes[0] ?? null };
}

async function shown(value: unknown): Promise<unknown> {
  if (value instanceof ArrayBuffer) return summary(new Uint8Array(value));
  if (value instanceof ReadableStream) return { stream: summary(new Uint8Array(await new Response(value).arrayBuffer())) };
  if (value instanceof Map) return { map: [...value] };
  if (typeof value === "object" && value !== null && "value" in value && "metadata" in value) return { ...value, value: await shown(value.value) };
  return value ?? null;
}

export default {
  async fetch(request: Request, env: Record<string, Record<string, (...args: unknown[]) => Promise<unknown>>>): Promise<Response> {
    if (request.method === "GET") {
      const url = new URL(request.url);
      return new Response((await env["KV"]?.["get"]?.(url.pathname.slice(1))) as string | null);
    }
    const call = await request.json<Call>();
    const started = Date.now();
    try {
      const kv = env[call.binding ?? "KV"];
      if (kv === undefined) throw new Error("no such binding");
      const value = await shown(await kv[call.method]?.(...call.args.map(argument)));
      return Response.json({ value, started, ended: Date.now() });
    } catch (error) {
      return Response.json({ error: String(error), started, ended: Date.now() });
    }
  },
};
