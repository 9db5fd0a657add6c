// Checks that `npm ci` can install from the lock file on every platform: npm leaves out an optional package that the
// registry it was asked did not have, and then refuses its own lock file. Also that every version is pinned.
//   node .ci/lock.mjs            checks
//   node .ci/lock.mjs --mend     first adds the missing entries of optional packages of other platforms (after npm install)
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (name) => JSON.parse(readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), "utf8"));
const manifest = read("package.json");
const lock = read("package-lock.json");
const { packages } = lock;
const wrong = [];

/** As Node does: beside the package, then in each folder above. */
function isLocked(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf("/node_modules/"), 0))) {
    if (Object.hasOwn(packages, `${folder === "" ? "" : `${folder}/`}node_modules/${name}`)) return true;
    if (folder === "") return false;
  }
}

/** What npm would have written for a package of a platform, but for its digest: platforms are told by their names. */
function platformEntry(name, version, isDevelopment) {
  const os = /darwin/.test(name) ? "darwin" : /win(32|dows)/.test(name) ? "win32" : /(linux|android)/.exec(name)?.[0];
  if (os === undefined) return undefined;
  const libc = /-(glibc|gnu)$/.test(name) ? { libc: ["glibc"] } : /-musl$/.test(name) ? { libc: ["musl"] } : {};
  return { version, cpu: [/arm64|arm|riscv64/.exec(name)?.[0] ?? "x64"], ...(isDevelopment ? { dev: true } : {}), ...libc, optional: true, os: [os] };
}

if (process.argv.includes("--mend")) {
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const missing = isLocked(path, name) ? undefined : platformEntry(name, version, entry.dev === true);
      if (missing !== undefined) packages[`node_modules/${name}`] = missing;
    }
  }
  lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync(fileURLToPath(new URL("../package-lock.json", import.meta.url)), `${JSON.stringify(lock, null, 2)}\n`);
}

for (const [path, entry] of Object.entries(packages)) {
  for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
    if (!isLocked(path, name)) wrong.push(`${path || "package.json"} needs ${name}, which has no entry in package-lock.json`);
  }
}
for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
  // The type-aware tools break with the next minor of typescript, and not with a patch.
  const isPinned = name === "typescript" ? /^~\d+\.\d+\.\d+$/.test(version) : /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version);
  if (!isPinned) wrong.push(`package.json: an exact version of ${name} expected; ${version} came`);
}
for (const line of wrong) console.error(line);
console.log(`${Object.keys(packages).length} packages locked, ${wrong.length} wrong`);
process.exit(wrong.length > 0 ? 1 : 0);
