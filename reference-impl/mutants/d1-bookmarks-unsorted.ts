// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-bookmarks-unsorted",
  defect: "Bookmarks write their number's digits from the last to the first, so that they do not sort by age.",
  file: "reference-impl/pop/d1/bookmark.ts",
  find: "  return `${hex(high)}-${hex(low)}-${hex(0)}-${identity}`;\n}\n\n/** @returns undefined when the text is no bookmark */\nexport function parseBookmark(text: string): Bookmark | undefined {\n  const match = pattern.exec(text);\n  if (match === null) return undefined;\n  const [, high = \"\", low = \"\", , identity = \"\"] = match;\n  const sequence = Number.parseInt(high, 16) * 0x1_0000_0000 + Number.parseInt(low, 16);\n  return Number.isSafeInteger(sequence) ? { sequence, identity } : undefined;\n}\n\n",
  replace: "  return `${backwards(hex(low))}-${hex(high)}-${hex(0)}-${identity}`;\n}\n\n/** @returns undefined when the text is no bookmark */\nexport function parseBookmark(text: string): Bookmark | undefined {\n  const match = pattern.exec(text);\n  if (match === null) return undefined;\n  const [, backward = \"\", high = \"\", , identity = \"\"] = match;\n  const low = backwards(backward);\n  const sequence = Number.parseInt(high, 16) * 0x1_0000_0000 + Number.parseInt(low, 16);\n  return Number.isSafeInteger(sequence) ? { sequence, identity } : undefined;\n}\n\nfunction backwards(text: string): string {\n  return [...text].reverse().join(\"\");\n}\n\n",
  caughtBy: ["d1.bookmark.order"],
} satisfies Mutant;
