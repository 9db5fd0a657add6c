// The layout of the project as law: which folder may import which, and the one door of every big package. Run by
// `npm run check` through .ci/imports.mjs, which also refuses a run that did not see every file.

const test = "[.]test[.]ts$|[.]fixture[.]ts$|/testdata/|/rig[.]ts$";
/** Files that are started as a program or a thread of their own, or read by one, and so are imported by nothing. */
const programs = [
  "^edgemark[.]ts$|/main[.]ts$|[.]worker[.]ts$|[.]d[.]ts$",
  "^targets/example/|^targets/edge-runtime/host[.]ts$",
  // What k6 itself runs is bundled by name.
  "^load/k6/scenarios/",
  "^load/open-loop/(pacer|thread)[.]ts$|^load/calibration/(server|hog)[.]ts$",
  "^chaos/checkers/benchmark[.]ts$",
].join("|");
/** Modules that the isolate itself provides, and k6 to its scripts. */
const provided = "^(cloudflare|workerd|node):|^k6(/|$)";

/** What is in `folder` may import, of our own files, only itself and what is under `allowed`. */
const onlyTo = (folder, allowed, comment) => ({
  name: `${folder.replaceAll("/", "-")}-imports`,
  comment,
  severity: "error",
  from: { path: `^${folder}/` },
  to: { path: "^[a-z]", pathNot: [`^${folder}/`, "^node_modules/", provided, ...allowed], dependencyTypesNot: ["core", "npm", "npm-dev", "npm-optional", "npm-peer"] },
});

/** A package that only the files under `door` may import; tests may too when `orTests`. */
const door = (name, path, where, { orTests = false } = {}) => ({
  name: `door-${name}`,
  comment: `${name} is imported only from ${where.join(" and ")}, so that it can be replaced in one place.`,
  severity: "error",
  from: { pathNot: [...where.map((start) => `^${start}`), ...(orTests ? [test] : [])] },
  to: { path: path.map((start) => `(^|/)node_modules/${start}(/|$)`), dependencyTypesNot: ["type-only"] },
});

export default {
  forbidden: [
    onlyTo("contract", [], "The contract is what everybody shares; it knows nobody."),
    onlyTo("chaos", ["^contract/"], "Histories and checkers know the contract only, so that a history can be judged alone."),
    onlyTo("load", ["^contract/"], "Drivers know the contract only, so that they can be calibrated without a target."),
    onlyTo("reports", ["^contract/"], "Judging and telling read a result document and nothing else."),
    onlyTo("targets", ["^contract/"], "Adapters know the contract only; they start the reference as a process and never import it."),
    onlyTo("suites", ["^contract/", "^chaos/", "^load/"], "Suites measure a target through the contract: never an adapter, never the reference, and they judge no claim."),
    onlyTo("reference-impl", ["^contract/"], "The reference edge knows at most the contract."),
    {
      name: "reference-core-is-alone",
      comment: "In the reference only the control server and the main know the contract: the edge itself is usable without it.",
      severity: "error",
      from: { path: "^reference-impl/", pathNot: ["^reference-impl/control/", "^reference-impl/main[.]ts$"] },
      to: { path: "^contract/" },
    },
    {
      name: "reference-is-started",
      comment: "The reference goes through the same door as a stranger: whatever measures it starts it as a process and never imports it. (Commands may: serve, bench and mutants are about it.)",
      severity: "error",
      from: { pathNot: ["^reference-impl/", "^commands/"] },
      to: { path: "^reference-impl/" },
    },
    {
      name: "nobody-imports-commands",
      comment: "Commands are the top: only the composition root looks them up.",
      severity: "error",
      from: { pathNot: ["^commands/", "^edgemark[.]ts$"] },
      to: { path: "^commands/|^edgemark[.]ts$" },
    },
    {
      name: "adapters-are-apart",
      comment: "An adapter shares targets/kit with the others, and nothing else.",
      severity: "error",
      from: { path: "^targets/([^/]+)/", pathNot: "^targets/kit/" },
      to: { path: "^targets/[^/]+/", pathNot: ["^targets/$1/", "^targets/kit/", "^targets/known/"] },
    },
    {
      name: "products-are-apart",
      comment: "A suite of one product never imports another's: each passes alone. They share suites/check.ts, suites/runner, suites/tools and fixtures.",
      severity: "error",
      from: { path: "^suites/([^/]+)/", pathNot: ["^suites/runner/", "^suites/fixtures/"] },
      to: { path: "^suites/[^/]+/", pathNot: ["^suites/$1/", "^suites/runner/", "^suites/tools/"] },
    },
    {
      name: "isolate-programs-are-bundled",
      comment: "A *.worker.ts runs inside an isolate: Node code reads its bundle and never imports it.",
      severity: "error",
      from: { pathNot: "[.]worker[.]ts$|^suites/workers/cases/|^reference-impl/pop/" },
      to: { path: "[.]worker[.]ts$" },
    },
    {
      name: "judging-is-pure",
      comment: "Judging is data in, verdicts out: no clock, network or file, so that an old run can be judged again.",
      severity: "error",
      from: { path: ["^reports/judge[^/]*[.]ts$", "^chaos/checkers/"], pathNot: test },
      to: { dependencyTypes: ["core"] },
    },

    door("grpc", ["@grpc/grpc-js", "@grpc/proto-loader"], ["contract/target/", "reference-impl/control/"]),
    door("mocha", ["mocha"], ["suites/runner/"]),
    door("autocannon", ["autocannon"], ["load/autocannon/"]),
    door("hdr-histogram-js", ["hdr-histogram-js"], ["load/"]),
    door("jsonpath-plus", ["jsonpath-plus"], ["reports/judge-path[.]ts"]),
    door("charts", ["chart[.]js", "chartjs-node-canvas", "@napi-rs/canvas", "canvas", "@fontsource/source-sans-3"], ["reports/charts/"]),
    door("badge-maker", ["badge-maker"], ["reports/badge[.]ts"]),
    door("aws4fetch", ["aws4fetch"], ["reference-impl/supervisor/s3-store[.]ts"]),
    door("esbuild", ["esbuild"], ["build[.]mjs", "targets/", "commands/serve/", "load/k6/bundle[.]ts"]),
    door("commander", ["commander"], ["commands/command[.]ts"]),
    door("ajv", ["ajv"], ["contract/", "load/k6/operator[.]ts"], { orTests: true }),
    door("yaml", ["yaml"], ["contract/claims/", "targets/known[.]ts", "reports/submission/product[.]ts"], { orTests: true }),
    door("ws", ["ws"], ["suites/tools/websocket-client[.]ts", "suites/workers/websocket[.]ts", "commands/serve/", "load/open-loop/websocket-transport[.]ts"], { orTests: true }),
    door("miniflare", ["miniflare"], ["targets/miniflare/"]),
    door("edge-runtime", ["edge-runtime"], ["targets/edge-runtime/"]),

    {
      name: "no-cycle",
      comment: "Two files that need each other are one file, or need a third. (Types alone may look back: they are gone at run time.)",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-dead-file",
      comment: "Every file is reached from a program or from a test; one that is not is deleted.",
      severity: "error",
      from: { path: `${programs}|[.]test[.]ts$` },
      to: { path: "[.]ts$", pathNot: `^node_modules/|${programs}|[.]test[.]ts$`, reachable: false },
    },
    {
      name: "no-import-of-tests",
      comment: "What only tests need is imported only by tests.",
      severity: "error",
      from: { pathNot: test },
      to: { path: test },
    },
    {
      name: "no-test-by-test",
      comment: "A test is imported by nobody, not even by another test: what two share is a *.fixture.ts.",
      severity: "error",
      from: {},
      to: { path: "[.]test[.]ts$" },
    },
    {
      name: "no-unresolved",
      comment: "What cannot be resolved cannot be judged by the other rules.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: provided },
    },
    {
      name: "no-dev-package-at-run-time",
      comment: "What runs at a user's must be a dependency. Adapters of heavy runtimes say in words what to install.",
      severity: "error",
      from: { pathNot: [test, "^targets/(miniflare|edge-runtime)/", "^commands/bench/report[.]ts$"] },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: "node_modules/@types/|node_modules/@cloudflare/workers-types" },
    },
    {
      name: "no-undeclared-package",
      comment: "A package that is there only because another needs it can vanish with the next release of that one.",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"], pathNot: provided },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|dist-mutants|runs)/" },
    tsConfig: { fileName: "tsconfig.json" },
    // Imports of types are imports: a folder that needs another's types depends on it.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".js", ".mjs", ".json"], exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
