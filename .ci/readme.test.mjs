// Keeps the README true where a machine can tell: its two first commands, its links, its scripts and its options.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const text = readFileSync(join(root, "README.md"), "utf8");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const anchorOf = (heading) => heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-");

describe("the README", () => {
  it("begins with the two commands of a fresh machine", () => {
    const blocks = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block.trim());
    assert.deepEqual(blocks.slice(0, 2), ["npm ci && npx edgemark certify", "npm ci && npm test"]);
  });

  it("links to files and headings that are there", () => {
    const headings = new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading)));
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link).filter((link) => !link.startsWith("https://"));
    assert.deepEqual(links.filter((link) => (link.startsWith("#") ? !headings.has(link.slice(1)) : !existsSync(join(root, link)))), []);
  });

  it("names each script and each dependency, and none that is gone", () => {
    const scripts = new Set([...text.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name));
    assert.deepEqual([...scripts].filter((name) => manifest.scripts[name] === undefined), []);
    const said = text.slice(text.indexOf("## Dependencies"));
    const all = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).filter((name) => !/^@types\/|workers-types$/.test(name));
    assert.deepEqual(all.filter((name) => !said.includes(`\`${name}\``)), []);
  });
});
