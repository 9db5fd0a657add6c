// Makes reports/examples/: runs each target, and keeps its report, badge, certificate, charts and document. Nothing in that
// folder is written by hand: each folder is sealed with a key that exists only while this runs, and a test holds the seals.
//   node .ci/gallery.mjs [TARGET...]          default: every target that ships; needs a build and a quiet machine
//   EDGEMARK_DIST=DIR                         the build to use (default: dist)
//   EDGEMARK_GALLERY_OPTIONS="--profile full" more options for certify (default: --seed 7 --timeout 900)
//   EDGEMARK_GALLERY_RUNS=DIR                 take the newest run of each target in DIR instead of running it
import { spawn } from "node:child_process";
import { createHash, createPrivateKey, sign } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const edgemark = join(process.env.EDGEMARK_DIST ?? join(root, "dist"), "edgemark.js");
const gallery = join(root, "reports", "examples");
const targets = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ["reference", "workerd-cluster", "miniflare", "deno", "bun", "edge-runtime"];
const options = (process.env.EDGEMARK_GALLERY_OPTIONS ?? "--seed 7 --timeout 900").split(" ");
/** A gallery is looked at, not searched: the first charts tell most. */
const chartsKept = 6;
const largestDocumentBytes = 1_500_000;

/** Runs the tool itself. @returns its exit code and what it printed */
function run(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [edgemark, ...args], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    child.stdout.on("data", (text) => (out += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out }));
  });
}

async function newestRun(folder, target) {
  const names = (await readdir(folder)).sort().reverse();
  for (const name of names) {
    const text = await readFile(join(folder, name, "result.json"), "utf8").catch(() => undefined);
    if (text !== undefined && JSON.parse(text).target.name === target) return join(folder, name);
  }
  return undefined;
}

/** Keeps of a run what a reader looks at. */
async function keep(target, source, scratch, key) {
  const folder = join(gallery, target);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { code, out } = await run("report", source, "--as-recorded", "--format", "html,md,junit,badge,shields,png", "--out", join(scratch, target), "--json");
  if (code !== 0) throw new Error(`the reports of ${source} could not be written`);
  const { files } = JSON.parse(out).runs[0];
  const charts = files.filter((file) => file.endsWith(".png")).slice(0, chartsKept);
  for (const file of [...files.filter((one) => !one.endsWith(".png")), ...charts]) await cp(file, join(folder, relative(join(scratch, target), file)));
  const document = JSON.parse(await readFile(join(source, "result.json"), "utf8"));
  if ((await stat(join(source, "result.json"))).size <= largestDocumentBytes) await cp(join(source, "result.json"), join(folder, "result.json"));
  const certificate = join(source, "certificate.json");
  if ((await stat(certificate).catch(() => undefined)) !== undefined) {
    await cp(certificate, join(folder, "certificate.json"));
    for (const { file } of document.histories) await cp(join(source, file), join(folder, file));
  }
  await seal(folder, key);
}

/** Writes digests.json, signed: whoever changes a file by hand cannot sign it again. */
async function seal(folder, key, isTop = false) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: !isTop });
  const files = entries.filter((entry) => entry.isFile() && !/^digests\.|^signer\.pub$/.test(entry.name)).map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/")).sort();
  const digests = {};
  for (const file of files) digests[file] = createHash("sha256").update(await readFile(join(folder, file))).digest("hex");
  const text = `${JSON.stringify({ madeBy: "node .ci/gallery.mjs", files: digests }, null, 2)}\n`;
  await writeFile(join(folder, "digests.json"), text);
  await writeFile(join(folder, "digests.sig"), `${sign(null, Buffer.from(text), createPrivateKey(await readFile(key, "utf8"))).toString("base64")}\n`);
  await cp(`${key}.pub`, join(folder, "signer.pub"));
}

/** The list of what there is, and one page that compares it. */
async function writeTop(key, scratch) {
  const kept = [];
  for (const name of (await readdir(gallery)).sort()) {
    const text = await readFile(join(gallery, name, "result.json"), "utf8").catch(() => undefined);
    if (text !== undefined) kept.push({ name, document: JSON.parse(text) });
  }
  const { code } = await run("report", ...kept.map(({ name }) => join(gallery, name)), "--compare", "--as-recorded", "--out", scratch);
  if (code !== 0) throw new Error("the comparison could not be written");
  await cp(join(scratch, "comparison.html"), join(gallery, "comparison.html"));
  const rows = kept.map(({ name, document: { target, run, verdict, level, counts, environment } }) => `| [${name}](${name}/summary.md) | ${target.version} | ![${verdict}](${name}/badge.svg) | ${level ?? "none"} | ${counts.pass} / ${counts.fail} / ${counts.notApplicable} / ${counts.inconclusive + counts.error} | ${run.profile}, ${new Date(run.startedAtMs).toISOString().slice(0, 16)}Z, ${environment.cores} cores, load ${environment.loadAverage.toFixed(1)} |`);
  await writeFile(join(gallery, "README.md"), `# Example reports\n\nMade by \`node .ci/gallery.mjs\` from real runs; nothing here is written by hand, and a test holds the digests.\nEach folder has \`report.html\` (download it, or open it in a clone), the summary, JUnit, the badge, some of its charts, the document,\nand the certificate of a run that reached a level. \`comparison.html\` has all of them beside each other.\n\n| target | version | badge | level | passed / failed / not applicable / undecided | run |\n| --- | --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`);
  await seal(gallery, key, true);
}

const scratch = await mkdtemp(join(tmpdir(), "edgemark-gallery-"));
const failed = [];
try {
  const key = join(scratch, "key.pem");
  await run("keygen", "--out", key, "--json");
  await mkdir(gallery, { recursive: true });
  for (const target of targets) {
    const runs = process.env.EDGEMARK_GALLERY_RUNS ?? join(scratch, "runs");
    if (process.env.EDGEMARK_GALLERY_RUNS === undefined) {
      const { code } = await run("certify", "--target", target, ...options, "--out", runs, "--sign", key, "--json");
      if (code !== 0) process.stderr.write(`${target}: certify ended with ${code}\n`);
    }
    const source = await newestRun(runs, target).catch(() => undefined);
    if (source === undefined) failed.push(target);
    else await keep(target, source, scratch, key);
  }
  await writeTop(key, scratch);
} finally {
  // The key goes with it: what was sealed stays as it is.
  await rm(scratch, { recursive: true, force: true });
}
if (failed.length > 0) process.stderr.write(`no run of ${failed.join(", ")}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
