// The part of the k6-operator's TestRun (k6.io/v1alpha1) that we write, as a JSON Schema: fields and types after its API types.
// A field that is not here is refused, as a cluster drops it without a word.
const text = { type: "string" } as const;
const object = (properties: Readonly<Record<string, object>>, required: readonly string[] = []): object => ({ type: "object", properties, required, additionalProperties: false });

const environment = { type: "array", items: object({ name: { type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_.-]*$" }, value: text }, ["name"]) };
const quantities = { type: "object", additionalProperties: { type: ["string", "integer"], pattern: "^[0-9]+(\\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi)?$" } };
const pod = object({
  disabled: { type: "boolean" },
  env: environment,
  image: text,
  imagePullPolicy: { enum: ["Always", "Never", "IfNotPresent"] },
  nodeSelector: { type: "object", additionalProperties: text },
  resources: object({ limits: quantities, requests: quantities }),
  serviceAccountName: text,
});

/** A name of a Kubernetes object. */
const dnsName = { type: "string", pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" } as const;

export const testRunSchema = object(
  {
    apiVersion: { const: "k6.io/v1alpha1" },
    kind: { const: "TestRun" },
    metadata: object({ name: dnsName, namespace: dnsName, labels: { type: "object", additionalProperties: text } }, ["name"]),
    spec: object(
      {
        parallelism: { type: "integer", minimum: 1, maximum: 2_147_483_647 },
        script: {
          oneOf: [
            object({ configMap: object({ name: dnsName, file: { type: "string", pattern: "^[^/]+$" } }, ["name"]) }, ["configMap"]),
            object({ volumeClaim: object({ name: dnsName, file: text, readOnly: { type: "boolean" } }, ["name"]) }, ["volumeClaim"]),
            object({ localFile: text }, ["localFile"]),
          ],
        },
        arguments: text,
        separate: { type: "boolean" },
        // Text and no boolean: so it is in the operator's types.
        quiet: { enum: ["true", "false"] },
        paused: { enum: ["true", "false"] },
        cleanup: { const: "post" },
        initializer: pod,
        starter: pod,
        runner: pod,
      },
      ["parallelism", "script"],
    ),
  },
  ["apiVersion", "kind", "metadata", "spec"],
);
