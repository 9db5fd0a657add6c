// One edge that runs for a person, from its start to its stop: projects on it, changes followed, crons fired, PoPs' logs
// shown, typed commands carried out.
import { messageOf } from "../../contract/errors.js";
import type { TargetEvent } from "../../contract/target/types.js";
import { openTarget, type OpenedTarget } from "../../targets/open.js";
import type { CommandIo } from "../io.js";
import { type EdgeAddresses, addressesOf } from "./addresses.js";
import { scheduleCrons } from "./cron.js";
import { type Deployments, startDeployments } from "./deployments.js";
import { controlPops } from "./faults.js";
import { type LoadedProject, type LoadOptions, loadProject } from "./load.js";
import { lineSplitter, prefixed, shownLog } from "./logs.js";
import { readTyped, typedHelp } from "./typed.js";
import { watchFiles } from "./watch.js";

export interface ServeSettings {
  readonly pops: number;
  readonly timeScale: number;
  readonly host: string;
  readonly port: number;
  readonly data: string | undefined;
  readonly bucket: string | undefined;
  readonly isVerbose: boolean;
  /** Absolute paths of configurations. */
  readonly files: readonly string[];
  readonly environment: string | undefined;
}

export interface ServeSession {
  readonly addresses: EdgeAddresses;
  readonly deployments: Deployments;
  /** Resolves when the edge ended without being told to; with what it said last. */
  readonly ended: Promise<string>;
  /** Carries out a typed line. @returns whether the person wants to stop */
  typed(line: string): Promise<boolean>;
  stop(): Promise<void>;
}

const deadlineForCronsMs = 60_000;

/** @throws EdgemarkError when a project cannot be served or the edge does not start */
export async function startSession(settings: ServeSettings, io: Pick<CommandIo, "err" | "isLive" | "hasColour">): Promise<ServeSession> {
  const loadOptions: LoadOptions = { environment: settings.environment, isOneOfSeveral: settings.files.length > 1, keepsState: settings.data !== undefined || settings.bucket !== undefined };
  // Before the edge starts: a project with a mistake is told at once.
  const loaded = new Map<string, LoadedProject>();
  for (const one of await Promise.all(settings.files.map((file) => loadProject(file, loadOptions)))) loaded.set(one.project.file, one);

  const shown = { isVerbose: settings.isVerbose, hasColour: io.isLive && io.hasColour, width: 3 };
  const say = (name: string, text: string): void => io.err(prefixed(name, text, undefined, shown));
  const opened = await openTarget("reference", {
    pops: settings.pops,
    timeScale: settings.timeScale,
    args: ["--port", String(settings.port), "--host", settings.host, "--logs", ...option("--data", settings.data), ...option("--bucket", settings.bucket)],
    onLog: lineSplitter((line) => io.err(shownLog(line, shown))),
  });
  try {
    return await overEdge(opened, settings, loaded, loadOptions, say);
  } catch (error) {
    await opened.stop();
    throw error;
  }
}

function option(flag: string, value: string | undefined): string[] {
  return value === undefined ? [] : [flag, value];
}

async function overEdge(opened: OpenedTarget, settings: ServeSettings, loaded: Map<string, LoadedProject>, loadOptions: LoadOptions, say: (name: string, text: string) => void): Promise<ServeSession> {
  const { verbs, description } = opened;
  const popIds = description.pops.map((pop) => pop.id);
  const control = controlPops(verbs, popIds);
  const deployments = startDeployments(opened, (name, line) => say("edge", `${name}: ${line}`));
  let stopCrons: () => void = () => undefined;
  let isStopping = false;

  const fire = async (name: string, cron: string, scheduledTimeMs: number): Promise<void> => {
    const deploymentId = deployments.served.get(name)?.deployment.deploymentId;
    if (deploymentId === undefined || isStopping) return;
    const words = await verbs.triggerCron({ deploymentId, cron, scheduledTimeMs }).then(({ outcome }) => outcome, messageOf);
    if (!isStopping) say("edge", `cron ${cron} of ${name}: ${words}`);
  };
  const followCrons = (): void => {
    stopCrons();
    const stops = [...deployments.served.values()].map(({ name, crons }) => scheduleCrons(crons, (cron, scheduledTimeMs) => void fire(name, cron, scheduledTimeMs)));
    stopCrons = () => stops.forEach((stop) => stop());
  };

  await deployments.bring([...loaded.values()]);
  followCrons();
  const reload = reloader({ settings, loaded, loadOptions, deployments, say, isStopping: () => isStopping, onChanged: followCrons });
  const files = watchFiles(reload.request, (words) => say("edge", words));
  reload.onLoaded = () => files.follow([...loaded.values()].flatMap((one) => one.files));
  reload.onLoaded();

  const onEvent = (event: TargetEvent): void => {
    control.onEvent(event);
    if (event.kind === "pop-down" || event.kind === "pop-up") say("edge", `${event.popId} is ${event.kind === "pop-up" ? "up" : "down"}: ${event.detail}`);
  };
  const stopWatching = verbs.watch(onEvent);

  const status = (): string =>
    [
      ...description.pops.map((pop) => `${pop.id} ${control.stateOf(pop.id)}`),
      ...[...deployments.served.values()].map(({ name, deployment, crons }) => `${name} version ${deployment.version}${crons.length === 0 ? "" : `, crons: ${crons.join("; ")}`}`),
    ].join("\n");
  const fireAll = async (): Promise<string> => {
    const all = [...deployments.served.values()].flatMap(({ name, crons }) => crons.map((cron) => fire(name, cron, Date.now())));
    await Promise.race([Promise.all(all), new Promise((resolve) => setTimeout(resolve, deadlineForCronsMs).unref())]);
    return all.length === 0 ? "no worker has cron triggers" : "";
  };

  return {
    addresses: addressesOf(description, settings.host),
    deployments,
    ended: opened.exited.then(({ code, signal }) => `${signal ?? `code ${code ?? "unknown"}`}\n${opened.stderrTail()}`),
    async typed(line) {
      const action = readTyped(line, popIds);
      const words = await (async (): Promise<string> => {
        switch (action.kind) {
          case "kill":
          case "pause":
            return control.inject(action.kind, action.popId);
          case "heal":
            return control.heal(action.popId);
          case "status":
            return status();
          case "cron":
            return fireAll();
          case "help":
            return typedHelp;
          case "unknown":
            return action.words;
          case "quit":
          case "nothing":
            return "";
        }
      })().catch(messageOf);
      if (words !== "") say("edge", words);
      return action.kind === "quit";
    },
    async stop() {
      isStopping = true;
      stopCrons();
      files.close();
      stopWatching();
      await opened.stop();
    },
  };
}

interface ReloadOptions {
  readonly settings: ServeSettings;
  /** What was loaded last, by configuration file. */
  readonly loaded: Map<string, LoadedProject>;
  readonly loadOptions: LoadOptions;
  readonly deployments: Deployments;
  readonly say: (name: string, text: string) => void;
  readonly isStopping: () => boolean;
  readonly onChanged: () => void;
}

/** Loads and deploys again when asked, one time after the other; requests in between count as one. */
function reloader(options: ReloadOptions): { readonly request: () => void; onLoaded: () => void } {
  const { settings, loaded, loadOptions, deployments, say, isStopping, onChanged } = options;
  let isRunning = false;
  let isAskedAgain = false;
  let lastMistake = "";

  async function once(): Promise<void> {
    const startedMs = performance.now();
    try {
      const fresh = await Promise.all(settings.files.map((file) => loadProject(file, loadOptions)));
      if (isStopping()) return;
      for (const one of fresh) loaded.set(one.project.file, one);
      self.onLoaded();
      const changed = await deployments.bring(fresh);
      const tookMs = Math.round(performance.now() - startedMs);
      for (const name of changed) say("edge", `${name} version ${deployments.served.get(name)?.deployment.version ?? ""} is on every PoP after ${tookMs} ms`);
      if (changed.length === 0 && lastMistake !== "") say("edge", "mended: what is served is what is on disk");
      lastMistake = "";
      if (changed.length > 0) onChanged();
    } catch (error) {
      if (isStopping()) return;
      const words = messageOf(error);
      if (words !== lastMistake) say("edge", `${words}\nthe previous version keeps serving`);
      lastMistake = words;
    }
  }
  async function run(): Promise<void> {
    isRunning = true;
    try {
      do {
        isAskedAgain = false;
        await once();
      } while (isAskedAgain);
    } finally {
      isRunning = false;
    }
  }
  const self = {
    request: (): void => {
      isAskedAgain = true;
      if (!isRunning) void run();
    },
    onLoaded: (): void => undefined,
  };
  return self;
}
