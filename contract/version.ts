// Which version of Edgemark this is, from the package it runs out of.
import { readFileSync } from "node:fs";

/** The version in the nearest package.json named edgemark above this file; "0.0.0" when there is none. */
export function edgemarkVersion(): string {
  for (let folder = new URL(".", import.meta.url); folder.pathname !== "/"; folder = new URL("..", folder)) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
      if (typeof manifest === "object" && manifest !== null && "name" in manifest && manifest.name === "edgemark" && "version" in manifest) return String(manifest.version);
    } catch {
      // Not here: look one folder up.
    }
  }
  return "0.0.0";
}
