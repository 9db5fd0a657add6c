// The targets that ship, as data: which program is the adapter, what it can be told, what it needs on this machine.
import { type RuntimeName, findRuntime } from "./kit/runtimes.js";

export interface KnownTarget {
  readonly name: string;
  /** One line for help texts. */
  readonly summary: string;
  /** The adapter's program, beside the compiled code. */
  readonly program: URL;
  /** Most PoPs it can start; undefined: it takes no --pops. */
  readonly mostPops?: number;
  /** Whether it takes --time-scale. */
  readonly hasTimeScale?: boolean;
  /** Whether it takes --url name=url and --declare capability. */
  readonly hasUrls?: boolean;
  readonly needs?: RuntimeName;
}

const beside = (path: string): URL => new URL(path, import.meta.url);

export const knownTargets: readonly KnownTarget[] = [
  { name: "reference", summary: "the reference edge", program: beside("../reference-impl/main.js"), mostPops: 12, hasTimeScale: true, needs: "workerd" },
  { name: "workerd-cluster", summary: "stock workerd, several nodes in cluster mode", program: beside("./workerd-cluster/main.js"), mostPops: 12, needs: "workerd" },
  { name: "miniflare", summary: "Cloudflare's local emulator", program: beside("./miniflare/main.js"), needs: "miniflare" },
  { name: "deno", summary: "Deno, Web APIs only", program: beside("./deno/main.js"), needs: "deno" },
  { name: "bun", summary: "Bun, Web APIs only", program: beside("./bun/main.js"), needs: "bun" },
  { name: "edge-runtime", summary: "Vercel's edge-runtime, Web APIs only", program: beside("./edge-runtime/main.js"), needs: "edge-runtime" },
  { name: "url", summary: "workers that are deployed already, by their URLs", program: beside("./url/main.js"), hasUrls: true },
];

/** @throws EdgemarkError usage.install when what a target drives is not on this machine */
export function assertInstalled(target: KnownTarget): void {
  if (target.needs !== undefined) findRuntime(target.needs);
}
