// The JSON Schema of a claims file: the same for the registry's files and for a user's own. What a schema cannot say
// (which comparator fits which kind) is in validate.ts.

/** Units a claim can be written in; those of measurements. */
export const claimUnits = ["ms", "us", "s", "count", "ratio", "bytes", "requests/s", "MB"] as const;
/** Units of time: only these can be divided by a time scale. */
export const timeUnits: readonly string[] = ["ms", "us", "s"];
export const claimKinds = ["must", "number", "context"] as const;
export const claimNatures = ["semantics", "limit", "performance", "api", "platform"] as const;
export const comparators = ["atMost", "atLeast", "equals", "between", "every"] as const;

const text = { type: "string", minLength: 1, maxLength: 1000 } as const;
const claimId = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$", maxLength: 60 } as const;
const product = { type: "string", pattern: "^[a-z0-9][a-z0-9-]*$", maxLength: 40 } as const;
const level = { type: "string", enum: ["isolate", "storage", "distributed"] } as const;

/** One claim, defaults of its file already applied. */
export const claimSchema = {
  type: "object",
  additionalProperties: false,
  required: ["id", "product", "level", "kind", "nature", "statement", "figure", "source"],
  properties: {
    id: claimId,
    product,
    level,
    kind: { type: "string", enum: claimKinds },
    nature: { type: "string", enum: claimNatures },
    statement: text,
    figure: text,
    source: { type: "object", additionalProperties: false, required: ["document", "quote"], properties: { document: text, quote: text, version: text } },
    path: text,
    unit: { type: "string", enum: claimUnits },
    holds: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      properties: {
        atMost: { type: "number" },
        atLeast: { type: "number" },
        equals: { type: ["number", "string", "boolean"] },
        between: { type: "array", items: { type: "number" }, minItems: 2, maxItems: 2 },
        every: text,
      },
    },
    limits: { type: "object", minProperties: 1, propertyNames: { pattern: "^[a-z][A-Za-z0-9]*$" }, additionalProperties: { type: "number" } },
    scaled: { type: "boolean" },
    tolerance: { type: "object", additionalProperties: false, required: ["value", "reason"], properties: { value: { type: "number", minimum: 0 }, reason: text } },
    binding: { type: "boolean" },
    conflicts: { type: "array", items: claimId, minItems: 1 },
    versions: {
      type: "array",
      minItems: 1,
      items: { type: "object", additionalProperties: false, required: ["figure", "document"], properties: { figure: text, document: text } },
    },
  },
} as const;

/** A file: its claims, and the product and level of those that name none. */
export const claimsFileSchema = {
  type: "object",
  additionalProperties: false,
  required: ["claims"],
  properties: { product, level, claims: { type: "array", items: { type: "object" } } },
} as const;
