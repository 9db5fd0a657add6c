// Checks that `npm ci` can install from the lock file on every platform: npm leaves out an optional package that the
// registry it was asked did not have, and then refuses its own lock file. Also that every version is pinned.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (name) => JSON.parse(readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), "utf8"));
const manifest = read("package.json");
const { packages } = read("package-lock.json");
const wrong = [];

/** As Node does: beside the package, then in each folder above. */
function isLocked(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf("/node_modules/"), 0))) {
    if (Object.hasOwn(packages, `${folder === "" ? "" : `${folder}/`}node_modules/${name}`)) return true;
    if (folder === "") return false;
  }
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
