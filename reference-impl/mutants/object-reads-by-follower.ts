// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-reads-by-follower",
  defect: "A PoP answers a read with what it saw at the read before, as a follower does that is behind.",
  file: "reference-impl/front/connection.ts",
  find: '    upstream.socket.write(text, "latin1");',
  replace: [
    "    const followers = ((globalThis as { followers?: Map<string, Buffer> }).followers ??= new Map<string, Buffer>());",
    '    const at = `${this.door.place.colo} ${text.split("\\r\\n", 1)[0] ?? ""}`;',
    "    const seen = followers.get(at);",
    "    if (/ \\/read\\//.test(at)) this.#outbound.push = (chunk) => (followers.set(at, chunk), Passage.prototype.push.call(this.#outbound, seen ?? chunk));",
    '    upstream.socket.write(text, "latin1");',
  ].join("\n"),
  caughtBy: ["do.serialization.owner.latest"],
} satisfies Mutant;
