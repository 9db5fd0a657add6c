// Tells how a run goes, on stderr: a line that is redrawn on a terminal, plain lines elsewhere.
import type { RunEvent } from "../suites/runner/run.js";
import type { CommandIo } from "./io.js";

export interface Progress {
  readonly onEvent: (event: RunEvent) => void;
  /** Shows what is going on while no check runs: "starting reference". */
  readonly say: (text: string) => void;
  /** A line that stays. */
  readonly tell: (text: string) => void;
  /** Leaves the last line clean. */
  readonly close: () => void;
}

const redrawMs = 250;
/** Failures that are told as they happen; the report has them all. */
const toldFailures = 20;

/**
 * @param budgetMs the run's, which bounds the time left that is shown
 * @param nowMs a monotonic clock, ms
 */
export function openProgress(io: CommandIo, budgetMs: number, nowMs: () => number): Progress {
  const startMs = nowMs();
  const state = { phase: "", checkId: "", total: 0, done: 0, failed: 0, suiteDone: 0, suiteFailed: 0, suiteTotal: 0, suiteStartMs: 0, runStartMs: startMs };

  const draw = (): void => {
    if (!io.isLive) return;
    const elapsedMs = nowMs() - startMs;
    const parts = [state.phase, state.total === 0 ? "" : `${state.done}/${state.total}`, state.failed === 0 ? "" : `${state.failed} failed`, inSeconds(elapsedMs), leftInWords(state, nowMs(), budgetMs), state.checkId];
    const text = parts.filter((part) => part !== "").join(" · ");
    io.err(`\r\u001b[2K${text.slice(0, Math.max(20, io.columns - 1))}`);
  };
  const line = (text: string): void => io.err(`${io.isLive ? "\r\u001b[2K" : ""}${text}\n`);
  const timer = io.isLive ? setInterval(draw, redrawMs) : undefined;
  timer?.unref();

  return {
    tell: line,
    say(text) {
      state.phase = text;
      if (io.isLive) draw();
      else line(text);
    },
    onEvent(event) {
      switch (event.kind) {
        case "run-started":
          state.total = event.total;
          state.runStartMs = nowMs();
          return;
        case "suite-started":
          Object.assign(state, { phase: event.suiteId, suiteDone: 0, suiteFailed: 0, suiteTotal: event.total, suiteStartMs: nowMs() });
          return draw();
        case "check-started":
          state.checkId = event.checkId;
          return;
        case "check-ended": {
          const { result } = event;
          state.done++;
          state.suiteDone++;
          state.checkId = "";
          const isWrong = (result.verdict === "fail" && result.known === undefined) || result.verdict === "error";
          if (!isWrong) return;
          state.failed++;
          state.suiteFailed++;
          if (state.failed > toldFailures + 1) return;
          if (state.failed === toldFailures + 1) return line("more failures follow; the report has them all");
          line(`${result.verdict} ${result.id}: ${result.reason ?? ""}`);
          return line(`     ${result.replay}`);
        }
        case "suite-ended": {
          const failed = state.suiteFailed === 0 ? "none failed" : `${state.suiteFailed} failed`;
          if (!io.isLive) line(`${event.suiteId}: ${state.suiteDone} of ${state.suiteTotal} checks done, ${failed}, ${inSeconds(nowMs() - state.suiteStartMs)}`);
          return;
        }
        default:
          return event satisfies never;
      }
    },
    close() {
      clearInterval(timer);
      if (io.isLive) io.err("\r\u001b[2K");
    },
  };
}

function inSeconds(durationMs: number): string {
  return durationMs < 10_000 ? `${(durationMs / 1000).toFixed(1)} s` : `${Math.round(durationMs / 1000)} s`;
}

// From the pace so far, never more than the budget leaves; nothing before there is a pace.
function leftInWords(state: { readonly done: number; readonly total: number; readonly runStartMs: number }, atMs: number, budgetMs: number): string {
  const ranMs = atMs - state.runStartMs;
  if (state.done === 0 || ranMs < 2_000) return "";
  const leftMs = Math.min((ranMs / state.done) * (state.total - state.done), budgetMs - ranMs);
  return `about ${Math.max(1, Math.round(leftMs / 1000))} s left`;
}
