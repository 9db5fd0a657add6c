// The url target: workers that somebody deployed already, anywhere. There is no control plane, so Deploy only looks up
// where a worker answers, and says what to deploy by hand when nobody has.
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { didYouMean, EdgemarkError } from "../../contract/errors.js";
import { type Binding, type Capability, capabilities, type DeploySpec } from "../../contract/target/types.js";
import { runAdapter } from "../kit/adapter.js";
import { popId } from "../kit/process-per-worker.js";

/** Verbs of the contract beyond Deploy: what is deployed by hand can do without them only. */
const takesControl = /^(fault\.|reset$|evict$|locate$|watch$|clock$|anycast$|workers\.scheduled$|durable-objects\.trigger-alarm$|deploy$)/;

await runAdapter(async ({ urls, declared }) => {
  const vouchedFor = declared.map(capabilityOf);
  const deployed = new Map(urls.map(parsePair));
  return {
    server: {
      describe: async () => ({
        name: "url",
        version: "unknown",
        vendor: "",
        capabilities: [...new Set<Capability>(["workers", "workers.multiple", "workers.env", "workers.wait-until", ...vouchedFor])],
        unknownCapabilities: [],
        timeScale: 1,
        pops: [{ id: popId, region: "unknown", latitude: 0, longitude: 0, httpAddress: "" }],
        anycastAddress: "",
        limits: {},
        notes: [`workers deployed by hand: ${[...deployed].map(([name, url]) => `${name} at ${url.href}`).join(", ") || "none"}`, "which version of a worker answers is not known here"],
        compatibilityDate: "",
      }),
      async deploy(spec) {
        const url = deployed.get(spec.name);
        if (url === undefined) throw await notDeployed(spec);
        return { deploymentId: spec.name, version: "by-hand", endpoints: [{ popId, url: addressOf(url), host: url.host }] };
      },
      // What was deployed by hand is removed by hand.
      undeploy: async () => undefined,
    },
    close: async () => undefined,
  };
});

function parsePair(pair: string): [string, URL] {
  const at = pair.indexOf("=");
  const url = pair.slice(at + 1);
  if (at < 1 || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new EdgemarkError("usage.flag", `expected --url <name>=http://host[:port]; ${JSON.stringify(pair)} came; correct it`);
  }
  return [pair.slice(0, at), new URL(url)];
}

function capabilityOf(name: string): Capability {
  const names = Object.keys(capabilities).filter((one): one is Capability => !takesControl.test(one));
  const known = names.find((one) => one === name);
  if (known !== undefined) return known;
  throw new EdgemarkError("usage.flag", `expected a capability that needs no control plane after --declare; ${JSON.stringify(name)} is none; ${didYouMean(name, names, `there are ${names.join(", ")}`)}`);
}

/** Names below localhost are this machine's, and not every resolver knows it (RFC 6761, section 6.3). */
function addressOf(url: URL): string {
  const isLocal = url.protocol === "http:" && url.hostname.endsWith(".localhost");
  return isLocal ? `http://127.0.0.1:${url.port === "" ? 80 : url.port}` : url.origin;
}

/** Leaves the worker's modules where they can be deployed from. */
async function notDeployed(spec: DeploySpec): Promise<EdgemarkError> {
  const folder = join(tmpdir(), "edgemark-to-deploy", spec.name);
  for (const { path, content } of spec.modules) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const settings = [
    `compatibility date ${spec.compatibilityDate || "any"}`,
    ...(spec.compatibilityFlags.length === 0 ? [] : [`flags ${spec.compatibilityFlags.join(", ")}`]),
    ...(spec.bindings.length === 0 ? [] : [`bindings ${spec.bindings.map(inWords).join(", ")}`]),
    ...(spec.crons.length === 0 ? [] : [`crons ${spec.crons.join(", ")}`]),
  ];
  return new EdgemarkError(
    "usage.input",
    `expected the worker ${spec.name} to be deployed already; no URL is known for it; deploy ${join(folder, spec.mainModule)} by hand (${settings.join("; ")}), then add --url ${spec.name}=https://where-it-answers`,
  );
}

function inWords(binding: Binding): string {
  return `${binding.name} (${binding.kind})`;
}
