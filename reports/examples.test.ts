// The example gallery is made by the tool and by nobody's hand: every file has the digest that was signed when it was made,
// and the key that signed is gone. `node .ci/gallery.mjs` makes it anew.
import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

// The gallery belongs to the sources; tests run from the project's root.
const gallery = join(process.cwd(), "reports", "examples");
const largestPageBytes = 2 * 1024 * 1024;
/** Seven targets with 2 MB each: what a clone is made to carry. */
const largestGalleryBytes = 14 * 1024 * 1024;

function filesIn(folder: string, isTop: boolean): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: !isTop }).filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
}

function assertSealed(folder: string, isTop = false): void {
  const read = (file: string): Buffer => readFileSync(join(folder, file));
  const digests = read("digests.json");
  assert.ok(verify(null, digests, createPublicKey(read("signer.pub")), Buffer.from(read("digests.sig").toString("utf8"), "base64")), `${folder}: digests.json was changed by hand; run node .ci/gallery.mjs`);
  const { files } = JSON.parse(digests.toString("utf8")) as { readonly files: Readonly<Record<string, string>> };
  const found = filesIn(folder, isTop).filter((file) => !["digests.json", "digests.sig", "signer.pub"].includes(file));
  assert.deepEqual([...found].sort(), Object.keys(files).sort(), folder);
  for (const [file, digest] of Object.entries(files)) assert.equal(createHash("sha256").update(read(file)).digest("hex"), digest, `${join(folder, file)} was changed by hand; run node .ci/gallery.mjs`);
}

describe("the example gallery", () => {
  const targets = existsSync(gallery) ? readdirSync(gallery, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name) : [];

  it("is there, and its list names every target in it", () => {
    const list = readFileSync(join(gallery, "README.md"), "utf8");
    assert.ok(targets.length > 0);
    for (const name of targets) assert.match(list, new RegExp(`\\[${name}\\]\\(${name}/`));
    assertSealed(gallery, true);
  });

  for (const name of targets) {
    it(`${name}: made by the tool, and of the run it says`, () => {
      const folder = join(gallery, name);
      assertSealed(folder);
      const { run, target } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) as { readonly run: { readonly id: string }; readonly target: { readonly name: string } };
      assert.equal(target.name, name);
      assert.ok(readFileSync(join(folder, "report.html"), "utf8").includes(run.id));
      assert.ok(statSync(join(folder, "report.html")).size <= largestPageBytes);
    });
  }

  it("stays small", () => {
    const sizeBytes = filesIn(gallery, false).reduce((sum, file) => sum + statSync(join(gallery, file)).size, 0);
    assert.ok(sizeBytes <= largestGalleryBytes, `${sizeBytes} bytes`);
  });
});
