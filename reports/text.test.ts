// What makes hostile text harmless, tried on text that is.
import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeHtml, escapeMarkdown, escapeXml, grouped, longestShown, markdownCode, visible } from "./text.js";

const bidi = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/;
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const anyText = fc.string({ unit: "binary", maxLength: 300 });

describe("visible text", () => {
  it("spells out what cannot be seen", () => {
    assert.equal(visible("a\u202eb\u0000c"), "a‹U+202E›b‹U+0000›c");
    assert.equal(visible("x\ud800y"), "x‹U+D800›y");
    assert.equal(visible("tag\u{e0041}"), "tag‹U+E0041›");
  });

  it("leaves what people write alone", () => {
    for (const text of ["Grüße, Ωmega, 漢字, עברית, العربية, नमस्ते, 👍", "1 < 2 & 3 > 2", ""]) assert.equal(visible(text), text);
  });

  it("keeps lines only where it is asked to", () => {
    assert.equal(visible("a\r\nb\tc"), "a ↵ b c");
    assert.equal(visible("a\r\nb\tc", { lines: true }), "a\nb\tc");
  });

  it("cuts at the limit, says how long it was, and halves no letter", () => {
    const shown = visible("x".repeat(10_000_000));
    assert.ok(shown.startsWith("x".repeat(longestShown)));
    assert.ok(shown.endsWith("… (cut: 10,000,000 characters)"));
    assert.equal(visible("ab👍", { limit: 3 }), "ab… (cut: 4 characters)");
  });

  it("keeps piles of accents within their line", () => {
    assert.equal(visible(`a${"\u0301".repeat(50)}b`), "a\u0301\u0301\u0301‹+47 marks›b");
  });

  it("holds no control and no bidi character, whatever came", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = visible(text, { lines: true });
        assert.doesNotMatch(shown, bidi);
        assert.doesNotMatch(shown, control);
        assert.doesNotMatch(shown, /[\ud800-\udfff]/u);
      }),
      { seed: 42 },
    );
  });
});

describe("escapers", () => {
  it("leave no way out of an attribute or between tags in HTML", () => {
    fc.assert(fc.property(anyText, (text) => assert.doesNotMatch(escapeHtml(text), /[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/)), { seed: 42 });
  });

  it("remove what XML 1.0 forbids", () => {
    assert.equal(escapeXml("a\u0000\u000b\ufffe\ud800b\r\n<&>"), "ab&#13;\n&lt;&amp;&gt;");
  });

  it("leave no markup in Markdown", () => {
    fc.assert(fc.property(anyText, (text) => assert.doesNotMatch(escapeMarkdown(text), /[<>`*_[\]|\\~@!]|#(?!\d)|&(?!#\d+;)/)), { seed: 42 });
  });

  it("notify nobody and link nowhere", () => {
    assert.equal(escapeMarkdown("@user #12 https://x www.y.test"), "&#64;&#8203;user &#35;&#8203;12 https&#58;&#8203;//x www.&#8203;y.test");
  });

  it("begin no list, heading or quotation in Markdown", () => {
    for (const text of ["- a", "+ a", "1. a", "1) a", "# a", "> a", "=== a", "    - a"]) assert.doesNotMatch(escapeMarkdown(text), /^\s*([-+=#>]|\d+[.)](\s|$))/);
    assert.equal(escapeMarkdown("0.445 ms"), "0.445 ms");
  });

  it("keep tame code readable and fence nothing that is not", () => {
    assert.equal(markdownCode("edgemark run --only kv.get --seed 4"), "`edgemark run --only kv.get --seed 4`");
    assert.equal(markdownCode("a`b|c"), "<code>a&#96;b&#124;c</code>");
  });

  it("group thousands", () => {
    assert.deepEqual([grouped(0), grouped(999), grouped(1_000), grouped(10_485_760)], ["0", "999", "1,000", "10,485,760"]);
  });
});
