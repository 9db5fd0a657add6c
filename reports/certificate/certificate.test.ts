// Certificates: what is signed holds, and whatever is bent is refused with its own word: by a stranger who has no key, and
// by a signer who lies.
import assert from "node:assert/strict";
import { verify } from "node:crypto";
import { EdgemarkError } from "../../contract/errors.js";
import { claim, numberClaim } from "../judge.fixture.js";
import { judge } from "../judge.js";
import { badRun, hostileRun, interruptedRun } from "../testdata/samples.js";
import { canonicalJson, claimsDigest, descriptionDigest, sha256 } from "./canonical.js";
import { certificateText, claims, expiresAtMs, issuedAtMs, judgedRun, newKey, statementFor, verified, type Outcome } from "./certificate.fixture.js";
import { preAuthentication } from "./envelope.js";
import { keyIdOf, makeKeyPair, readPrivateKey, readPublicKey } from "./keys.js";
import { problemKinds } from "./problems.js";
import { statementOf } from "./statement.js";

const { privateKey, publicKey } = newKey();
const run = statementFor(judgedRun());
const { statement } = run;
const { predicate } = statement;
const facts = predicate.edgemark;
const good = certificateText(statement, privateKey);
const withFacts = (changes: object): string => certificateText({ ...statement, predicate: { ...predicate, edgemark: { ...facts, ...changes } } }, privateKey);

function refused(outcome: Outcome, code: keyof typeof problemKinds, words?: RegExp): void {
  assert.deepEqual(outcome.codes, [code], outcome.messages);
  assert.equal(outcome.status, problemKinds[code].status);
  if (words !== undefined) assert.match(outcome.messages, words);
}

/** Another value of the same type. */
function bent(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return /^[0-9a-f]{64}$/.test(value) ? value.replace(/./, (first) => (first === "0" ? "1" : "0")) : value === "distributed" ? "storage" : `${value}x`;
  if (Array.isArray(value)) return value.length === 0 ? ["x"] : value.slice(1);
  return { ...Object(value), extra: null };
}

describe("a certificate", () => {
  it("holds as it was signed, with the signer's key and with its own", () => {
    for (const options of [{ key: publicKey }, {}]) assert.deepEqual(verified(good, run, options), { status: "valid", codes: [], messages: "" });
  });

  it("is an in-toto test result in a DSSE envelope, which other tools verify", () => {
    const envelope = JSON.parse(good) as { payload: string; payloadType: string; signatures: { sig: string }[] };
    const body = Buffer.from(envelope.payload, "base64");
    // The protocol's own example.
    assert.equal(preAuthentication("http://example.com/HelloWorld", Buffer.from("hello world")).toString(), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    assert.ok(verify(null, Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${body.length} `), body]), publicKey, Buffer.from(envelope.signatures[0]?.sig ?? "", "base64")));
    assert.equal(statement.subject[0]?.name, "reference@0.1.0");
    assert.equal(predicate.result, "PASSED");
    assert.deepEqual(predicate.passedTests, ["workers.fetch.handler", "kv.missing", "kv.staleness.window", "failover.gap", "do.storage.value", "do.serialization.owner", "do.migration.kill"]);
    assert.deepEqual(facts.faults, [{ kind: "kill", count: 3, withEvidence: 3 }]);
    assert.deepEqual([facts.level, facts.seed, facts.profile, facts.conditions.timeScale, facts.conditions.pops.length], ["distributed", 42, "quick", 60, 3]);
  });

  it("says FAILED and WARNED of a lower level that was reached all the same", () => {
    const bendCheck = (changes: object) => judgedRun({ checks: judgedRun().checks.map((one) => (one.id === "failover.gap" ? { ...one, ...changes } : one)) });
    const failed = statementFor(bendCheck({ verdict: "fail" })).statement.predicate;
    const known = statementFor(bendCheck({ verdict: "fail", known: { kind: "failing", reason: "slow" } }));
    const flaky = statementFor(bendCheck({ known: { kind: "flaky", reason: "noise" } })).statement.predicate;

    assert.deepEqual([failed.result, failed.failedTests, failed.edgemark.level], ["FAILED", ["failover.gap"], "storage"]);
    assert.deepEqual([known.statement.predicate.result, known.statement.predicate.edgemark.knownFailures], ["WARNED", [{ check: "failover.gap", kind: "failing", reason: "slow" }]]);
    assert.deepEqual([flaky.result, flaky.warnedTests], ["WARNED", ["failover.gap"]]);
    assert.equal(verified(certificateText(known.statement, privateKey), known).status, "valid");
  });

  it("is not given to a run without a level", () => {
    for (const sample of [badRun(), interruptedRun(), hostileRun()]) {
      const document = { ...sample, ...judge(sample, claims) };
      assert.equal(statementOf({ document, claims, documentSha256: sha256(""), issuedAt: "", expiresAt: "" }), undefined);
    }
  });

  it("survives a hostile target's words", () => {
    const sample = judgedRun();
    const hostile = statementFor({ ...sample, target: { ...sample.target, name: "\u202e\u0000\ud800__proto__", notes: ["</script>"] }, run: { ...sample.run, startedAtMs: 1e300 } });
    // A lone surrogate cannot be written as UTF-8, so it never comes back from a file.
    const again = { ...hostile, ...statementFor(JSON.parse(Buffer.from(JSON.stringify(hostile.document)).toString()) as typeof sample) };
    assert.equal(verified(certificateText(again.statement, privateKey), again).status, "valid");
  });
});

describe("a certificate that a stranger changed", () => {
  it("is refused for each field of its statement", () => {
    const envelope = JSON.parse(good) as { payload: string };
    const forged = (changed: unknown): string => JSON.stringify({ ...envelope, payload: Buffer.from(JSON.stringify(changed)).toString("base64") });
    for (const key of Object.keys(statement)) refused(verified(forged({ ...statement, [key]: bent(Reflect.get(statement, key)) }), run, { key: publicKey }), "signature", /changed after it was signed/);
    for (const key of Object.keys(predicate)) refused(verified(forged({ ...statement, predicate: { ...predicate, [key]: bent(Reflect.get(predicate, key)) } }), run), "signature");
    for (const key of Object.keys(facts)) refused(verified(forged({ ...statement, predicate: { ...predicate, edgemark: { ...facts, [key]: bent(Reflect.get(facts, key)) } } }), run), "signature");
  });

  it("is refused for every byte around the payload and many within, flipped", () => {
    const from = good.indexOf('"payload": "') + 12;
    const to = good.indexOf('"', from);
    const bytes = Buffer.from(good);
    for (let at = 0; at < bytes.length; at += at > from && at < to ? 29 : 1) {
      for (const mask of [1, 0x20]) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ mask;
        const outcome = verified(flipped.toString("utf8"), run);
        // White space between tokens is no part of what is signed.
        if (JSON.stringify(tryJson(flipped.toString("utf8"))) === JSON.stringify(JSON.parse(good))) continue;
        assert.equal(outcome.status, "not-valid", `byte ${at} (${JSON.stringify(good[at])} ^ ${mask})`);
      }
    }
  });

  it("is refused cut at any length, empty, or another file", () => {
    for (let length = 0; length < good.length - 1; length += 97) refused(verified(good.slice(0, length), run), "truncated");
    refused(verified(good.slice(0, 200), run), "truncated", /ends in the middle/);
    refused(verified("", run), "truncated", /it is empty/);
    refused(verified("<html>", run), "unreadable", /no JSON/);
    for (const text of ["null", "[]", "7", "{}", run.text]) refused(verified(text, run), "no-envelope");
  });

  it("is refused without a signature, with two, and with another's", () => {
    const envelope = JSON.parse(good) as { signatures: object[] };
    const [first = {}] = envelope.signatures;
    const other = JSON.parse(certificateText({ ...statement, subject: [] }, privateKey)) as { signatures: object[] };
    for (const signatures of [[], [first, first], [{}], [null], other.signatures, [{ ...first, keyid: "sha256:0" }], [{ ...first, publicKey: "" }]]) {
      for (const options of [{}, { key: publicKey }]) refused(verified(JSON.stringify({ ...envelope, signatures }), run, options), "signature");
    }
  });

  it("is refused when somebody else signed it again, once the right key is given", () => {
    const stranger = newKey();
    const again = certificateText(statement, stranger.privateKey);
    refused(verified(again, run, { key: publicKey }), "wrong-key", new RegExp(keyIdOf(stranger.publicKey)));
    assert.equal(verified(again, run).status, "valid", "without a key only integrity is shown");
    // Naming the trusted key does not help: names are hints.
    const envelope = JSON.parse(again) as { signatures: object[] };
    const masked = [{ ...envelope.signatures[0], keyid: keyIdOf(publicKey), publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64") }];
    refused(verified(JSON.stringify({ ...envelope, signatures: masked }), run, { key: publicKey }), "signature");
  });
});

describe("a certificate whose signer is wrong or lies", () => {
  it("is refused for each thing that judging again does not give", () => {
    for (const key of ["level", "profile", "verdict", "counts", "claimCounts", "failedClaims", "undecidedClaims", "seed", "conditions", "faults", "knownFailures", "runId"]) {
      refused(verified(withFacts({ [key]: bent(Reflect.get(facts, key)) }), run, { key: publicKey }), "judged-differently", new RegExp(key));
    }
    for (const key of ["result", "configuration", "passedTests", "warnedTests", "failedTests"]) {
      refused(verified(certificateText({ ...statement, predicate: { ...predicate, [key]: bent(Reflect.get(predicate, key)) } }, privateKey), run), "judged-differently", new RegExp(key));
    }
    refused(verified(certificateText({ ...statement, later: null }, privateKey), run), "judged-differently", /later: it says null; judged again it is missing/);
    refused(verified(certificateText({ ...statement, subject: [{ name: "rival@9", digest: { sha256: "" } }] }, privateKey), run), "judged-differently", /rival@9/);
  });

  it("is refused when the document's own verdict is not what judging gives", () => {
    const painted = { ...judgedRun({ checks: judgedRun().checks.map((one) => (one.id === "kv.missing" ? { ...one, verdict: "fail" as const } : one)) }), level: "distributed" as const, verdict: "pass" as const };
    const forged = statementFor(painted);
    refused(verified(certificateText(forged.statement, privateKey), forged), "judged-differently", /edgemark\.level: it says "distributed"; judged again it is "isolate"/);
    const hidden = { ...judgedRun(), counts: { ...judgedRun().counts, pass: 9 } };
    const signed = statementFor(hidden);
    refused(verified(certificateText({ ...signed.statement, predicate: { ...signed.statement.predicate, edgemark: { ...signed.statement.predicate.edgemark, counts: judgedRun().counts } } }, privateKey), signed), "judged-differently", /result\.json: counts\.pass: it says 9/);
  });

  it("is refused when it is of another kind", () => {
    refused(verified(certificateText(statement, privateKey, "application/json"), run), "payload-type", /application\/json/);
    for (const other of [{ ...statement, _type: "x" }, { ...statement, predicateType: "https://slsa.dev/provenance/v1" }, { ...statement, predicate: null }, [], "no json"]) refused(verified(certificateText(other, privateKey), run), "no-certificate");
    refused(verified(withFacts({ schema: "edgemark.certificate/2" }), run), "no-certificate", /certificate\/2/);
    for (const key of ["suiteVersion", "claims", "runId", "document", "histories", "issuedAt", "expiresAt", "level"]) refused(verified(withFacts({ [key]: undefined }), run), "no-certificate", /is missing or cannot be/);
  });

  it("chooses no file outside the run's folder", () => {
    for (const file of ["../../etc/passwd", "/etc/passwd", "a/../../b", "..", "a\\..\\..\\b", "a\u0000b", ""]) refused(verified(withFacts({ histories: [{ id: "a", file, sha256: sha256("") }] }), run), "no-certificate");
    for (const runId of ["..", ".", "a/b", "a\\b", ""]) refused(verified(withFacts({ runId }), run), "no-certificate");
  });
});

describe("a certificate and its surroundings", () => {
  it("is valid from the moment it was issued to the moment it expires", () => {
    assert.equal(verified(good, run, { nowMs: expiresAtMs - 1 }).status, "valid");
    refused(verified(good, run, { nowMs: expiresAtMs }), "expired", /expired at 2027-11-12T09:00:00\.000Z/);
    assert.equal(verified(good, run, { nowMs: issuedAtMs - 5 * 60_000 }).status, "valid");
    refused(verified(good, run, { nowMs: issuedAtMs - 5 * 60_000 - 1 }), "not-yet-valid");
    refused(verified(withFacts({ expiresAt: "soon" }), run), "no-certificate");
  });

  it("tells a changed file from a missing one", () => {
    refused(verified(good, run, { document: `${run.text} ` }), "document-changed");
    refused(verified(good, run, { document: null }), "document-missing", /2026-11-12T08-05-00-reference-42.*--runs/s);
    refused(verified(good, run, { histories: new Map([["histories/kv.staleness.jsonl", sha256("other")]]) }), "history-changed", /kv\.staleness\.jsonl/);
    refused(verified(good, run, { histories: new Map() }), "history-missing");
    const both = verified(good, run, { document: "{}", histories: new Map() });
    assert.deepEqual([both.status, both.codes], ["not-valid", ["history-missing", "document-changed"]]);
  });

  it("tells a document that was never one", () => {
    for (const text of ["{}", run.text.slice(0, 500), run.text.replace("edgemark.result/1", "edgemark.result/9")]) {
      refused(verified(withFacts({ document: { file: "result.json", sha256: sha256(text) } }), run, { document: text }), "document-invalid");
    }
  });

  it("cannot tell with another version or other claims", () => {
    refused(verified(good, run, { suiteVersion: "9.9.9" }), "suite-version", /Edgemark 0\.1\.0 made it/);
    refused(verified(good, run, { claims: [...claims, claim("KV-99")] }), "claims-differ", /without claims of your own/);
    refused(verified(good, run, { claims: [numberClaim("KV-01", "kv.staleness.window", 5_000, { level: "distributed" })] }), "claims-differ");
    refused(verified(withFacts({ claims: { sha256: sha256(""), count: 1, own: ["SLO-01"] } }), run), "claims-differ", /SLO-01 with --claims/);
  });
});

describe("digests", () => {
  it("do not depend on order, folder or port, and on everything else", () => {
    assert.equal(canonicalJson({ b: [2, { d: undefined, c: null }], a: "é" }), '{"a":"é","b":[2,{"c":null}]}');
    assert.equal(canonicalJson(JSON.parse('{"__proto__":1}')), '{"__proto__":1}');
    const [a, b] = [claim("A"), claim("B")];
    const own = (document: string) => ({ ...claim("C"), own: true as const, source: { document, quote: "q" } });
    assert.equal(claimsDigest([a, b]), claimsDigest([b, a]));
    assert.equal(claimsDigest([own("/home/a/slo.yaml")]), claimsDigest([own("slo.yaml")]));
    assert.notEqual(claimsDigest([a]), claimsDigest([{ ...a, tolerance: { value: 1, reason: "r" } }]));
    const { target } = run.document;
    const moved = { ...target, address: "x", anycastAddress: "y", pops: target.pops.map((pop) => ({ ...pop, httpAddress: "z" })) };
    assert.equal(descriptionDigest(moved), descriptionDigest(target));
    for (const change of [{ version: "2" }, { timeScale: 1 }, { pops: [] }, { notes: [] }]) assert.notEqual(descriptionDigest({ ...target, ...change }), descriptionDigest(target));
  });
});

describe("keys", () => {
  it("are read as the half they are, and as nothing else", () => {
    const pair = makeKeyPair();
    assert.match(pair.privatePem, /^-----BEGIN PRIVATE KEY-----/);
    assert.equal(keyIdOf(readPublicKey(pair.publicPem, "k")), pair.keyId);
    assert.equal(readPrivateKey(pair.privatePem, "k").asymmetricKeyType, "ed25519");
    const refusals: readonly (readonly [() => unknown, RegExp])[] = [
      [() => readPrivateKey(pair.publicPem, "k.pub"), /k\.pub: it is the public half/],
      [() => readPublicKey(pair.privatePem, "k"), /stays with whoever signs/],
      [() => readPrivateKey("", "k"), /no such block/],
      [() => readPublicKey("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "k"), /expected an Ed25519 public key as PEM; k: /],
      [() => readPrivateKey(pair.privatePem.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"), "k"), /passphrase/],
    ];
    for (const [read, words] of refusals) assert.throws(read, (error) => error instanceof EdgemarkError && error.code === "usage.input" && words.test(error.message));
  });

  it("of another kind are refused", async () => {
    const { generateKeyPairSync } = await import("node:crypto");
    const { privateKey: rsa, publicKey: rsaPublic } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    assert.throws(() => readPrivateKey(rsa.export({ type: "pkcs8", format: "pem" }).toString(), "k"), /its kind is ec/);
    assert.throws(() => readPublicKey(rsaPublic.export({ type: "spki", format: "pem" }).toString(), "k"), /its kind is ec/);
  });
});

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
