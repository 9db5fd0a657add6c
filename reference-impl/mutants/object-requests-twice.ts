// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-requests-twice",
  defect: "One request in ten reaches its Worker twice, so that a counter skips.",
  file: "reference-impl/front/connection.ts",
  find: '    upstream.socket.write(text, "latin1");',
  replace: [
    "    if (Math.random() < 0.1) {",
    '      const twin = openUpstream(origin, "127.0.0.1", 0).socket.on("error", () => undefined);',
    "      const write = upstream.socket.write.bind(upstream.socket) as (bytes: Buffer | string, encoding?: BufferEncoding) => boolean;",
    '      upstream.socket.write = ((bytes: Buffer | string, encoding?: BufferEncoding) => (twin.write(bytes, encoding), write(bytes, encoding))) as Socket["write"];',
    "    }",
    '    upstream.socket.write(text, "latin1");',
  ].join("\n"),
  caughtBy: ["do.serialization.counter.kill"],
} satisfies Mutant;
