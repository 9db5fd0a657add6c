// Adds up what the steps of .ci/run counted and prints the line that CI reads: "N passed, N failed".
//   node .ci/total.mjs FILE STATUS     FILE of steps.mjs, STATUS 0 when every command so far ended well
import { readFileSync } from "node:fs";

const [file, status] = process.argv.slice(2);
const rows = readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
const sum = (field) => rows.reduce((total, row) => total + row[field], 0);
const passed = sum("passed");
// A command that failed without a count of its own (an install, say) must not leave a total without a failure.
const failed = Math.max(sum("failed"), status === "0" && passed > 0 ? 0 : 1);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
