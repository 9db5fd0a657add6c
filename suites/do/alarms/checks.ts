// Alarms: when they fire, how often, what they are told, that a failing one is tried again, and that nothing of it is lost.
import type { Check } from "../../check.js";
import { deathChecks } from "./deaths.js";
import { retryChecks } from "./retries.js";
import { runningChecks } from "./running.js";
import { settingChecks } from "./setting.js";

export const alarmChecks: readonly Check[] = [...runningChecks, ...settingChecks, ...retryChecks, ...deathChecks];
