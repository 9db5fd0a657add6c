// The options that certify and run share, as data for the parser, and as settings once they are parsed.
import { EdgemarkError } from "../contract/errors.js";
import { profiles, type Profile } from "../contract/result/document.js";
import { listOf, numberBetween, quoted, type OptionSpec } from "./command.js";

/** What a run may take altogether unless --timeout says otherwise, s. */
const defaultBudgetSeconds: Readonly<Record<Profile, number>> = { quick: 300, full: 3_600, nightly: 14_400 };
const largestSeed = 2 ** 32 - 1;

export const runOptions: readonly OptionSpec[] = [
  { flags: "--target <target>", words: "name, grpc://host:port, or the path of an adapter (default: reference)" },
  { flags: "--profile <profile>", words: "what the run covers (default: quick)", choices: profiles },
  { flags: "--suite <names>", words: "only these suites, with commas between them (default: all)", parse: listOf },
  { flags: "--only <checks>", words: "only these checks or prefixes of checks (default: all)", parse: listOf },
  { flags: "--seed <number>", words: "seed of all randomness (default: random, printed)", parse: numberBetween(0, largestSeed, { isWhole: true }) },
  { flags: "--shuffle", words: "run the checks of a suite in an order drawn from the seed (default: off)" },
  { flags: "--pops <number>", words: "PoPs to start, 1 to 12 (default: the target's own)", parse: numberBetween(1, 12, { isWhole: true }) },
  { flags: "--time-scale <factor>", words: "run platform timers this many times faster (default: 20 in the quick profile where the target can, else its own)", parse: numberBetween(1, 10_000) },
  { flags: "--url <name=url>", words: "a worker that is deployed already, for the target url; repeatable", parse: listOf },
  { flags: "--declare <capabilities>", words: "what the platform of the target url can do besides plain workers, such as kv or workers.websocket; its checks then run", parse: listOf },
  { flags: "--token-file <file>", words: "bearer token for a grpc:// target (default: none)" },
  { flags: "--ca <file>", words: "PEM file of the authority of a grpc:// target (default: no TLS)" },
  { flags: "--cert <file>", words: "PEM file of the certificate to show it" },
  { flags: "--key <file>", words: "PEM file of that certificate's key" },
  { flags: "--known <file>", words: "known failures of the target, YAML (default: ours, for a target that ships)" },
  { flags: "--claims <files>", words: "claims files of your own, besides the documented ones", parse: listOf },
  { flags: "--out <folder>", words: "folder for runs (default: runs)" },
  { flags: "--timeout <seconds>", words: "for the whole run, s (default: quick 300, full 3600, nightly 14400)", parse: numberBetween(1, 1_000_000) },
  { flags: "--json", words: "print one JSON object on stdout (default: off)" },
  { flags: "--dry-run", words: "list the checks that would run, and start nothing (default: off)" },
  { flags: "--list", words: "list the ids of all checks of all profiles, and start nothing (default: off)" },
];

/** Only what gives a level can be certified. */
export const signOptions: readonly OptionSpec[] = [
  { flags: "--sign <file>", words: "PEM file of a private key: also write a signed certificate.json (default: none)" },
  { flags: "--expires-days <days>", words: "days until that certificate expires, 1 to 3650 (default: 365)", parse: numberBetween(1, 3_650, { isWhole: true }) },
];

export interface RunSettings {
  readonly target: string;
  readonly profile: Profile;
  readonly suites: readonly string[];
  readonly only: readonly string[];
  readonly seed: number;
  readonly isShuffled: boolean;
  readonly pops: number | undefined;
  readonly timeScale: number | undefined;
  /** name=url */
  readonly urls: readonly string[];
  /** Capabilities of the target url. */
  readonly declared: readonly string[];
  readonly tokenFile: string | undefined;
  readonly tls: { readonly caFile: string | undefined; readonly certFile: string | undefined; readonly keyFile: string | undefined };
  readonly knownFile: string | undefined;
  readonly claimsFiles: readonly string[];
  readonly out: string;
  readonly budgetMs: number;
  readonly isJson: boolean;
  readonly isDryRun: boolean;
  readonly isList: boolean;
  /** How to sign the certificate of a run that reaches a level. */
  readonly sign: { readonly keyFile: string; readonly expiresDays: number } | undefined;
}

/**
 * @param given what the parser made of the command line
 * @param random draws the seed when none is given
 * @throws EdgemarkError usage.flag for options that make sense only together
 */
export function settingsOf(given: Readonly<Record<string, unknown>>, random: () => number): RunSettings {
  const text = (name: string): string | undefined => (typeof given[name] === "string" ? given[name] : undefined);
  const number = (name: string): number | undefined => (typeof given[name] === "number" ? given[name] : undefined);
  const list = (name: string): readonly string[] => (Array.isArray(given[name]) ? given[name].map(String) : []);
  const profile = profiles.find((known) => known === text("profile")) ?? "quick";
  const keyFile = text("sign");
  if (keyFile === undefined && number("expiresDays") !== undefined) throw new EdgemarkError("usage.flag", "expected --sign beside --expires-days; there is none; name the private key with --sign key.pem");
  return {
    target: text("target") ?? "reference",
    profile,
    suites: list("suite"),
    only: list("only"),
    seed: number("seed") ?? Math.floor(random() * (largestSeed + 1)),
    isShuffled: given["shuffle"] === true,
    pops: number("pops"),
    timeScale: number("timeScale"),
    urls: list("url"),
    declared: list("declare"),
    tokenFile: text("tokenFile"),
    tls: { caFile: text("ca"), certFile: text("cert"), keyFile: text("key") },
    knownFile: text("known"),
    claimsFiles: list("claims"),
    out: text("out") ?? "runs",
    budgetMs: (number("timeout") ?? defaultBudgetSeconds[profile]) * 1_000,
    isJson: given["json"] === true,
    isDryRun: given["dryRun"] === true,
    isList: given["list"] === true,
    sign: keyFile === undefined ? undefined : { keyFile, expiresDays: number("expiresDays") ?? 365 },
  };
}

const fileOptions: readonly (readonly [flag: string, read: (settings: RunSettings) => string | undefined])[] = [
  ["--token-file", ({ tokenFile }) => tokenFile],
  ["--ca", ({ tls }) => tls.caFile],
  ["--cert", ({ tls }) => tls.certFile],
  ["--key", ({ tls }) => tls.keyFile],
  ["--known", ({ knownFile }) => knownFile],
];

/** The options that repeat a run, as they are typed; what is the default is left out. */
export function replayOptionsOf(settings: RunSettings): string {
  const parts = [
    `--target ${quoted(settings.target)}`,
    settings.profile === "quick" ? "" : `--profile ${settings.profile}`,
    `--seed ${settings.seed}`,
    settings.isShuffled ? "--shuffle" : "",
    settings.pops === undefined ? "" : `--pops ${settings.pops}`,
    settings.timeScale === undefined ? "" : `--time-scale ${settings.timeScale}`,
    ...settings.urls.map((url) => `--url ${quoted(url)}`),
    ...settings.declared.map((capability) => `--declare ${quoted(capability)}`),
    ...fileOptions.map(([flag, read]) => (read(settings) === undefined ? "" : `${flag} ${quoted(read(settings) ?? "")}`)),
    ...settings.claimsFiles.map((file) => `--claims ${quoted(file)}`),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** The command that repeats a whole run. */
export function replayOf(verb: "certify" | "run", settings: RunSettings): string {
  const chosen = [...settings.suites.map((suite) => ` --suite ${quoted(suite)}`), ...settings.only.map((entry) => ` --only ${quoted(entry)}`)];
  return `edgemark ${verb} ${replayOptionsOf(settings)}${chosen.join("")}`;
}
