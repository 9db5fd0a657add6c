// A defect for proving that a check can fail. The engine guards its storage three times (lease, epoch, place in the log), so
// a replaced owner that still writes can only be shown where its clients are answered.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-superseded-acknowledges",
  defect: "A process that ends before it has answered is answered for, with what it said last: a replaced owner acknowledges a write that is nowhere.",
  file: "reference-impl/front/connection.ts",
  find: '    upstream.socket.write(text, "latin1");',
  replace: [
    "    const said = ((globalThis as { said?: Map<string, Buffer> }).said ??= new Map<string, Buffer>());",
    '    const at = `${this.door.place.colo} ${head.host} ${text.split(/[ ?]/, 2)[1] ?? ""}`;',
    "    this.#outbound.push = (chunk) => (said.set(at, chunk), Passage.prototype.push.call(this.#outbound, chunk));",
    "    const client = this.#client;",
    "    client.resetAndDestroy = () => (said.has(at) ? client.end(said.get(at)) : Object.getPrototypeOf(client).resetAndDestroy.call(client));",
    '    upstream.socket.write(text, "latin1");',
  ].join("\n"),
  caughtBy: ["do.serialization.owner.superseded"],
} satisfies Mutant;
