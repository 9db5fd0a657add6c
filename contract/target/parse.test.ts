// What hostile or careless targets answer: every difference must be told, and nothing of it trusted.
import assert from "node:assert/strict";
import { EdgemarkError } from "../errors.js";
import { isHostAndPort, parseDeployment, parseDescription, parseEvent, parseFaultEffect, parseLocation } from "./parse.js";
import { methodOf } from "./service.js";

const pop = { id: "ams", region: "eu", latitude: 1, longitude: 2, httpAddress: "127.0.0.1:80" };
const good = {
  name: "n",
  version: "1",
  vendor: "v",
  capabilities: ["workers"],
  timeScale: 1,
  pops: [pop],
  anycastAddress: "",
  limits: {},
  notes: [],
  compatibilityDate: "",
};

function differences(parse: (raw: unknown) => unknown, raw: unknown): string[] {
  try {
    parse(raw);
  } catch (error) {
    assert.ok(error instanceof EdgemarkError);
    assert.equal(error.code, "target.contract");
    const list = error.facts["differences"];
    assert.ok(Array.isArray(list));
    return list.map(String);
  }
  return [];
}

describe("contract/target/parse", () => {
  it("takes a good description", () => {
    assert.deepEqual(differences(parseDescription, good), []);
  });

  const bad: readonly [string, object, RegExp][] = [
    ["a blank name", { name: " " }, /^name: expected text that is not blank/],
    ["a number for a name", { name: 7 }, /^name: expected text; 7/],
    ["invalid UTF-8", { vendor: "a\uFFFDb" }, /^vendor: expected valid UTF-8/],
    ["NaN", { timeScale: Number.NaN }, /^timeScale: .* NaN came/],
    ["a negative time scale", { timeScale: -1 }, /^timeScale: .* -1 came/],
    ["an infinite time scale", { timeScale: Infinity }, /^timeScale/],
    ["no PoP", { pops: [] }, /^pops: expected at least one PoP/],
    ["a PoP twice", { pops: [pop, pop] }, /^pops: expected every PoP once; "ams twice"/],
    ["65 PoPs", { pops: Array.from({ length: 65 }, (_, index) => ({ ...pop, id: `p${index}` })) }, /^pops: expected at most 64/],
    ["a PoP id with a line break", { pops: [{ ...pop, id: "a\nb" }] }, /^pops\[0\]\.id: expected an id/],
    ["a latitude off the globe", { pops: [{ ...pop, latitude: 91 }] }, /^pops\[0\]\.latitude/],
    ["an address without a port", { pops: [{ ...pop, httpAddress: "localhost" }] }, /^pops\[0\]\.httpAddress: expected host:port/],
    ["a file URL", { pops: [{ ...pop, httpAddress: "file:///etc/passwd" }] }, /httpAddress/],
    ["an anycast port of 0", { anycastAddress: "127.0.0.1:0" }, /^anycastAddress/],
    ["a negative limit", { limits: { kvKeyBytes: -1 } }, /^limits\["kvKeyBytes"\]/],
    ["NaN as a limit", { limits: { kvKeyBytes: Number.NaN } }, /^limits/],
    ["a date in another form", { compatibilityDate: "1 May 2026" }, /^compatibilityDate: expected a date/],
    ["a list that is none", { notes: "one" }, /^notes: expected a list/],
  ];
  for (const [what, change, message] of bad) {
    it(`tells ${what}`, () => {
      const told = differences(parseDescription, { ...good, ...change });
      assert.equal(told.length, 1, told.join("\n"));
      assert.match(told[0] ?? "", message);
    });
  }

  it("tells all differences at once", () => {
    assert.equal(differences(parseDescription, { ...good, name: "", timeScale: 0, pops: [], anycastAddress: "x" }).length, 4);
    assert.ok(differences(parseDescription, null).length > 3);
  });

  it("keeps unknown capabilities apart and cuts long texts without escapes", () => {
    const parsed = parseDescription({ ...good, capabilities: ["kv", "kv", "__proto__", "teleport"], vendor: `\u001b[31m${"x".repeat(1_000_000)}` });
    assert.deepEqual(parsed.capabilities, ["kv"]);
    assert.deepEqual(parsed.unknownCapabilities, ["__proto__", "teleport"]);
    assert.equal(parsed.vendor.length, 101);
    assert.ok(!parsed.vendor.includes("\u001b"));
  });

  it("does not let a map reach the prototype", () => {
    const parsed = parseDescription({ ...good, limits: JSON.parse('{"__proto__": 1}') as unknown });
    assert.equal(Object.getPrototypeOf(parsed.limits), Object.prototype);
  });

  it("checks a deployment", () => {
    const endpoint = { popId: "ams", url: "http://127.0.0.1:80/", host: "a.test" };
    const deployment = { deploymentId: "d", version: "1", endpoints: [endpoint] };
    assert.deepEqual(differences(parseDeployment, deployment), []);
    assert.match(differences(parseDeployment, { ...deployment, endpoints: [] })[0] ?? "", /an empty list/);
    assert.match(differences(parseDeployment, { ...deployment, endpoints: [endpoint, endpoint] })[0] ?? "", /twice/);
    assert.match(differences(parseDeployment, { ...deployment, deploymentId: "" })[0] ?? "", /deploymentId/);
    for (const url of ["127.0.0.1:80", "ftp://a/", "http://user:secret@a/", "http://a b/"]) {
      assert.match(differences(parseDeployment, { ...deployment, endpoints: [{ ...endpoint, url }] }).join(), /url/, url);
    }
    for (const host of ["", "a b", "a\r\nX: 1", "a/b"]) {
      assert.match(differences(parseDeployment, { ...deployment, endpoints: [{ ...endpoint, host }] }).join(), /host/, host);
    }
  });

  it("wants evidence of a fault, a PoP of a found object, a known event", () => {
    assert.match(differences(parseFaultEffect, { faultId: "f", evidence: "", effectiveAtMs: 1 })[0] ?? "", /^evidence/);
    assert.match(differences(parseFaultEffect, { faultId: "f", evidence: "e", effectiveAtMs: -1 })[0] ?? "", /^effectiveAtMs/);
    assert.match(differences(parseLocation, { found: true, popId: "", epoch: "" })[0] ?? "", /^popId/);
    assert.deepEqual(differences(parseLocation, { found: false, popId: "", epoch: "" }), []);
    assert.match(differences(parseEvent, { kind: "party", atMs: 1, popId: "", detail: "" })[0] ?? "", /^kind: expected one of/);
  });

  it("sees bytes that are not UTF-8 as the decoder gives them", () => {
    const { responseSerialize, responseDeserialize } = methodOf("Describe");
    const bytes = Buffer.from(responseSerialize({ ...good, name: "@@@@" }));
    bytes[bytes.indexOf("@@@@")] = 0xff;
    assert.match(differences(parseDescription, responseDeserialize(bytes)).join(), /valid UTF-8/);
  });

  it("knows host:port", () => {
    for (const yes of ["127.0.0.1:1", "[::1]:65535", "edge.example.test:443"]) assert.ok(isHostAndPort(yes), yes);
    for (const no of ["127.0.0.1", ":80", "a:0", "a:65536", "a:b", "a b:1", "http://a:1", "-a:1"]) assert.ok(!isHostAndPort(no), no);
  });
});
