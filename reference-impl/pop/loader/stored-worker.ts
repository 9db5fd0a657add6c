// A stateless worker as the supervisor stores it for the loader of every PoP, and the module that is put in front of it.

/** The header in which the ingress names the isolate; no client can send it, since it drops all of theirs that begin so. */
export const isolateHeader = "cf-edgemark-isolate";

/** The entrypoint that every isolate has beside its user's. */
export const isolateEntrypoint = "EdgemarkIsolate";

export interface StoredWorker {
  readonly mainModule: string;
  /** By path; data as base64. */
  readonly modules: Readonly<Record<string, { readonly kind: "esm" | "commonjs" | "text" | "json" | "data"; readonly text: string }>>;
  readonly env: Readonly<Record<string, unknown>>;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
}

/**
 * The main module that is loaded: the user's own with everything it exports, and an entrypoint by which the isolate can be
 * loaded ahead of a request, and ended by the verb DELETE. It imports nothing of the runtime until it is ended: a module more
 * would be part of every cold start.
 */
export function mainOf(mainModule: string): { readonly path: string; readonly text: string } {
  const from = JSON.stringify(`./${mainModule}`);
  return {
    path: "edgemark-isolate.js",
    text: `import * as user from ${from};
export * from ${from};
export default user.default;
export const ${isolateEntrypoint} = {
  async fetch({ method }) {
    if (method === "DELETE") (await import("cloudflare:workers")).abortIsolate("evicted");
    return new Response(null, { status: 204 });
  },
};
`,
  };
}
