// Worker scripts of a given size. Real functions and no padding: a comment costs nothing to load, code does. Each says how
// many answers its isolate gave before, so that a cold start is told by the target and not assumed.

/** The header in which a script says how many requests its isolate had answered before: 0 is cold. */
export const beforeHeader = "edgemark-before";

const encoder = new TextEncoder();

/**
 * An ES module of about a size that no isolate has loaded.
 * @param sizeBytes at least 600; what comes out is at most 1 % larger, or 200 bytes
 * @param salt makes its bytes different from every other's, so that nothing that was kept of one serves another
 */
export function scriptOf(sizeBytes: number, salt: string): Uint8Array {
  const head = `// A worker of the load laboratory: ${JSON.stringify(salt)}\nlet before = 0;\nconst table = [];\n`;
  const tail = `
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    const index = table.length === 0 ? 0 : Math.abs(Number(pathname.slice(1)) | 0) % table.length;
    const value = table.length === 0 ? 0 : table[index](pathname.length);
    return new Response(${JSON.stringify(salt)} + " " + value + "\\n", { headers: { "${beforeHeader}": String(before++) } });
  },
};
`;
  const parts = [head];
  for (let left = sizeBytes - head.length - tail.length, index = 0; left > 0; index++) {
    const text = functionOf(index, salt);
    parts.push(text);
    left -= text.length;
  }
  parts.push(tail);
  return encoder.encode(parts.join(""));
}

/** A function of about 190 characters that no other equals, put into the table when the module runs. */
function functionOf(index: number, salt: string): string {
  return `table.push(function handle${index}(n) {\n  let sum = ${index};\n  for (let i = 0; i < n; i++) {\n    sum = (sum * 31 + i * ${(index % 97) + 3}) % 65521;\n  }\n  return ${JSON.stringify(salt.slice(0, 8))} + sum;\n});\n`;
}
