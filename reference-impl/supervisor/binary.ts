// Finds the workerd binary that the pinned npm package installed, without its Node shim (75 ms per start) and without
// its install script, which strict machines do not run.
import { createRequire } from "node:module";

const packages: Record<string, string> = {
  "linux x64": "@cloudflare/workerd-linux-64",
  "linux arm64": "@cloudflare/workerd-linux-arm64",
  "darwin x64": "@cloudflare/workerd-darwin-64",
  "darwin arm64": "@cloudflare/workerd-darwin-arm64",
};

const require = createRequire(import.meta.url);

/**
 * Path of the workerd binary for this machine.
 * @throws Error when the package for this platform is not installed
 */
export function workerdBinary(): string {
  const platform = `${process.platform} ${process.arch}`;
  const name = packages[platform];
  if (name === undefined) throw new Error(`expected a platform workerd is built for (${Object.keys(packages).join(", ")}); this is ${platform}`);
  try {
    return require.resolve(`${name}/bin/workerd`);
  } catch (cause) {
    throw new Error(`expected the package ${name}, which workerd installs; it is not there; run npm ci without --omit=optional`, { cause });
  }
}

/** The version of the pinned workerd package, for Describe. */
export function workerdVersion(): string {
  const manifest = require("workerd/package.json") as { version: string };
  return manifest.version;
}

/** A release takes compatibility dates up to a week after its own day: it says so when asked for a later one. */
const daysAhead = 7;

/**
 * The newest compatibility date the pinned workerd takes, YYYY-MM-DD: its version is 1.YYYYMMDD.n, and it refuses dates
 * that are still to come.
 */
export function newestCompatibilityDate(nowMs = Date.now()): string {
  const [, year, month, day] = /^1\.(\d{4})(\d\d)(\d\d)\./.exec(workerdVersion()) ?? [];
  if (year === undefined || month === undefined || day === undefined) throw new Error(`expected a version of workerd as 1.YYYYMMDD.n; ${workerdVersion()} came`);
  const newestMs = Date.UTC(Number(year), Number(month) - 1, Number(day) + daysAhead);
  return new Date(Math.min(newestMs, nowMs)).toISOString().slice(0, 10);
}
