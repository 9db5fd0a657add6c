// HTTP as a worker and its clients see it.
import type { Check } from "../../check.js";
import { connectionChecks } from "./connection.js";
import { requestChecks } from "./request.js";
import { responseChecks } from "./response.js";

export const httpChecks: readonly Check[] = [...requestChecks, ...responseChecks, ...connectionChecks];
