// Makes reports/examples/: runs each target, and keeps its report, badge, certificate, charts and document. Nothing in that
// folder is written by hand: each folder is sealed with a key that exists only while this runs, and a test holds the seals.
// A run that ran out of time, was cut short or met an error of the harness says more about this machine than about its target:
// it is named and not published, and what was published before stays.
//   node .ci/gallery.mjs [TARGET...]          default: every target that ships; needs a build and a quiet machine
//   node .ci/gallery.mjs --again [TARGET...]  runs nothing: writes the reports of what is published anew
//   EDGEMARK_DIST=DIR                         the build to use (default: dist)
//   EDGEMARK_GALLERY_OPTIONS="--profile full" more options for certify (default: --seed 7 --timeout 900)
//   EDGEMARK_GALLERY_RUNS=DIR                 take the newest run of each target in DIR instead of running it
import { spawn } from "node:child_process";
import { createHash, createPrivateKey, sign } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const edgemark = join(process.env.EDGEMARK_DIST ?? join(root, "dist"), "edgemark.js");
const gallery = join(root, "reports", "examples");
const isAgain = process.argv.includes("--again");
const named = process.argv.slice(2).filter((one) => one !== "--again");
const targets = named.length > 0 ? named : ["reference", "workerd-cluster", "miniflare", "deno", "bun", "edge-runtime", "url"];
const options = (process.env.EDGEMARK_GALLERY_OPTIONS ?? "--seed 7 --timeout 900").split(" ");
/** A gallery is looked at, not searched: the first charts tell most. */
const chartsKept = 6;
/** What `url` cannot find out and the reference edge, which answers there, can do. */
const declaredForUrl = ["workers.service", "workers.cf", "workers.websocket", "workers.cache", "workers.html-rewriter", "workers.event-target", "workers.node", "workers.modules", "kv"];
const suitesForUrl = ["workers", "kv"];
/** A target that was just stopped still counts in the load average of the next one. */
const calmWithinMs = 240_000;
const readyWithinMs = 120_000;

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

/** Certifies a target into `runs`. */
async function certify(target, runs, key, scratch) {
  await calm(target);
  const edge = target === "url" ? await serveFixtures(scratch) : undefined;
  try {
    const { code } = await run("certify", "--target", target, ...(edge?.options ?? []), ...options, "--out", runs, "--sign", key, "--json");
    if (code !== 0) process.stderr.write(`${target}: certify ended with ${code}\n`);
  } finally {
    await edge?.stop();
  }
}

/** Waits until the machine has less to do than it has cores; says so when it never has. */
async function calm(target) {
  const deadlineMs = Date.now() + calmWithinMs;
  while (loadavg()[0] > cpus().length * 0.75 && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 5_000));
  if (loadavg()[0] > cpus().length) process.stderr.write(`${target}: the machine is busy (load average ${loadavg()[0].toFixed(1)}), and its report will say so\n`);
}

/** Workers that "somebody deployed": the checks' own programs on a reference edge of one PoP. */
async function serveFixtures(scratch) {
  const folder = join(scratch, "fixtures");
  await run("fixtures", "--suite", suitesForUrl.join(","), "--out", folder);
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const child = spawn(process.execPath, [edgemark, "serve", ...names.map((name) => join(folder, name)), "--pops", "1", "--port", "0", "--json"], { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const closed = new Promise((resolve) => child.once("close", resolve));
  const stop = async () => {
    child.kill("SIGINT");
    await closed;
  };
  try {
    const line = await new Promise((resolve, reject) => {
      let out = "";
      const timer = setTimeout(() => reject(new Error(`edgemark serve was not ready within ${readyWithinMs / 1_000} s`)), readyWithinMs);
      child.stdout.on("data", (text) => {
        out += text;
        if (!out.includes("\n")) return;
        clearTimeout(timer);
        resolve(out);
      });
      child.once("close", (code) => reject(new Error(`edgemark serve ended with ${code}`)));
    });
    const { anycast, projects } = JSON.parse(line);
    const urls = projects.flatMap(({ name, host }) => ["--url", `${name}=http://${host}:${new URL(anycast).port}`]);
    return { options: [...urls, "--suite", suitesForUrl.join(","), "--declare", declaredForUrl.join(",")], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @returns why a run must not be published; undefined when it may be */
function unfit({ checks, run: { interrupted }, verdict }) {
  if (interrupted !== undefined) return `it was cut short: ${interrupted}`;
  const late = checks.filter(({ verdict: one, reason }) => one === "inconclusive" && /out of time/.test(reason ?? "")).length;
  if (late > 0) return `${late} of its checks ran out of time`;
  const broken = checks.filter((check) => check.verdict === "error").length;
  if (broken > 0 || verdict === "error") return `${broken} of its checks ended in an error of the harness`;
  return undefined;
}

/** Keeps of a run what a reader looks at. */
async function keep(target, source, scratch, key) {
  const document = JSON.parse(await readFile(join(source, "result.json"), "utf8"));
  const reason = unfit(document);
  if (reason !== undefined) return reason;
  const certificate = join(source, "certificate.json");
  const isCertified = (await stat(certificate).catch(() => undefined)) !== undefined;
  const { code, out } = await run("report", source, "--as-recorded", "--format", `html,md,badge,shields,png${isCertified ? ",junit" : ""}`, "--out", join(scratch, target), "--json");
  if (code !== 0) throw new Error(`the reports of ${source} could not be written`);
  const folder = join(gallery, target);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { files } = JSON.parse(out).runs[0];
  const charts = files.filter((file) => file.endsWith(".png")).slice(0, chartsKept);
  for (const file of [...files.filter((one) => !one.endsWith(".png")), ...charts]) await cp(file, join(folder, relative(join(scratch, target), file)));
  // What is certified is kept byte by byte: the certificate has its digests, and anybody may verify it.
  if (isCertified) {
    await cp(join(source, "result.json"), join(folder, "result.json"));
    await cp(certificate, join(folder, "certificate.json"));
    for (const { file } of document.histories) await cp(join(source, file), join(folder, file));
  } else await writeFile(join(folder, "result.json"), `${JSON.stringify(document)}\n`);
  await seal(folder, key);
  return undefined;
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
  const rows = kept.map(({ name, document: { target, run, level, counts, environment } }) => {
    const isBusy = environment.loadAverage > environment.cores;
    return `| [${name}](${name}/summary.md) | ${target.version} | ![${level ?? "no level"}](${name}/badge.svg) | ${level ?? "none"} | ${counts.pass} / ${counts.fail} / ${counts.notApplicable} / ${counts.inconclusive + counts.error} | ${run.suites.length} suites, ${run.profile}, ${new Date(run.startedAtMs).toISOString().slice(0, 16)}Z, ${environment.cores} cores, load ${environment.loadAverage.toFixed(1)}${isBusy ? " (**busy**: its times say little)" : ""} |`;
  });
  const certified = kept.filter(({ document }) => document.level !== null).map(({ name }) => `    npx edgemark verify reports/examples/${name}`);
  await writeFile(join(gallery, "README.md"), `# Example reports

Reports of real runs, one folder for each target, made by \`node .ci/gallery.mjs\`. Nothing here is written by hand: each folder is sealed,
and a test holds the seals. A run that ran out of time, or that the harness spoilt, is not published.

- \`report.html\` is the report (a browser shows it once it is downloaded, or in a clone); \`summary.md\` the same in a page.
- \`charts/\` has some of its charts as pictures, \`badge.svg\` and \`badge.json\` the badge, \`result.json\` everything that was measured.
- A run that reached a level also has its \`certificate.json\`, the recorded histories and \`junit.xml\`.
- [\`comparison.html\`](comparison.html) has all targets beside each other: what fails here and passes there.

Failed checks that a target is known to fail count as failed here; [\`targets/known/\`](../../targets/known/) has their reasons.

| target | version | badge | level | passed / failed / not applicable / undecided | run |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}
${certified.length === 0 ? "" : `\nWhoever wants to know whether a certificate still holds asks Edgemark (the version that made it):\n\n${certified.join("\n")}\n`}`);
  await seal(gallery, key, true);
}

const scratch = await mkdtemp(join(tmpdir(), "edgemark-gallery-"));
const failed = [];
try {
  const key = join(scratch, "key.pem");
  await run("keygen", "--out", key, "--json");
  await mkdir(gallery, { recursive: true });
  // A copy: each folder is emptied before it is written.
  const published = join(scratch, "published");
  if (isAgain) await cp(gallery, published, { recursive: true });
  const given = isAgain ? published : process.env.EDGEMARK_GALLERY_RUNS;
  for (const target of targets) {
    const runs = given ?? join(scratch, "runs");
    if (given === undefined) await certify(target, runs, key, scratch);
    const source = await newestRun(runs, target).catch(() => undefined);
    const reason = source === undefined ? "there is no run of it" : await keep(target, source, scratch, key);
    if (reason !== undefined) failed.push(`${target}: ${reason}`);
  }
  await writeTop(key, scratch);
} finally {
  // The key goes with it: what was sealed stays as it is.
  await rm(scratch, { recursive: true, force: true });
}
for (const reason of failed) process.stderr.write(`not published: ${reason}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
