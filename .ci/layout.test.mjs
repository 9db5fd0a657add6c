// The top level shows the architecture and nothing else: what was put there in passing must not be committed with the rest.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = [".ci", "chaos", "commands", "contract", "load", "reference-impl", "reports", "suites", "targets"];
const files = [".dependency-cruiser.mjs", ".editorconfig", ".gitignore", ".mocharc.json", "LICENSE", "README.md", "build.mjs", "edgemark.ts", "eslint.config.mjs", "package-lock.json", "package.json", "tsconfig.json", "tsconfig.worker.json"];

/** What is committed at the top level; where git cannot be asked, what is there and not ignored. */
function topLevel() {
  try {
    // Whoever owns the checkout: it is only listed.
    const listed = execFileSync("git", ["-c", "safe.directory=*", "ls-files", "-z"], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return new Set(listed.split("\0").filter((path) => path !== "").map((path) => path.split("/")[0]));
  } catch {
    const ignored = [".git", ...readFileSync(join(root, ".gitignore"), "utf8").split("\n").map((line) => line.replace(/\/$/, ""))];
    return new Set(readdirSync(root).filter((name) => !ignored.includes(name)));
  }
}

describe("the top level", () => {
  it("holds the folders of the layout and the files that tools look for there, and nothing else", () => {
    assert.deepEqual([...topLevel()].sort(), [...folders, ...files].sort());
  });
});
