// The supervisor's own view of an S3-compatible bucket outside: enough to end leases and find owners.
import { AwsClient } from "aws4fetch";
import type { Storage } from "./storage.js";

/**
 * Storage in a bucket outside.
 * @param address s3://bucket/prefix; AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY give the rest
 * @param clusterKey the secret of the cluster that will live there
 * @throws Error that names what is missing
 */
export function externalStore(address: string, clusterKey: string): Storage {
  const match = /^s3:\/\/([a-z0-9.-]+)\/(.+?)\/?$/.exec(address);
  const bucket = match?.[1];
  const prefix = match?.[2];
  if (bucket === undefined || prefix === undefined) throw new Error(`--bucket: s3://bucket/prefix was expected; ${address} came`);
  const [endpoint, accessKeyId, secretAccessKey] = ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((name) => {
    const value = process.env[name];
    if (value === undefined || value === "") throw new Error(`--bucket: the variable ${name} was expected; it is not set`);
    return value;
  }) as [string, string, string];
  const region = process.env["AWS_REGION"] ?? "auto";
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 2 });
  const urlOf = (key: string): string => `${endpoint.replace(/\/$/, "")}/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;

  async function expectOk(response: Response, what: string): Promise<Response> {
    if (!response.ok) throw new Error(`${what}: the bucket answered ${response.status} ${(await response.text()).slice(0, 300)}`);
    return response;
  }

  async function listed(listPrefix: string, more: Readonly<Record<string, string>>, name: RegExp): Promise<string[]> {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const query = new URLSearchParams({ "list-type": "2", prefix: listPrefix, ...more, ...(token === undefined ? {} : { "continuation-token": token }) });
      const text = await (await expectOk(await client.fetch(`${endpoint.replace(/\/$/, "")}/${bucket}?${query.toString()}`), `LIST ${listPrefix}`)).text();
      for (const [, key] of text.matchAll(name)) found.push(unescapeXml(key ?? ""));
      token = /<NextContinuationToken>([^<]*)</.exec(text)?.[1];
    } while (token !== undefined);
    return found;
  }

  return {
    prefix,
    ofPop: () => ({ bucket: `s3://${bucket}/${prefix}`, endpoint, region, accessKeyId, secretAccessKey, key: clusterKey }),
    mesh: undefined,
    faults: undefined,
    close: () => Promise.resolve(),
    records: {
      async get(key) {
        const response = await client.fetch(urlOf(key));
        if (response.status === 404) return undefined;
        return new Uint8Array(await (await expectOk(response, `GET ${key}`)).arrayBuffer());
      },
      async delete(key) {
        await expectOk(await client.fetch(urlOf(key), { method: "DELETE" }), `DELETE ${key}`);
      },
      async list(listPrefix) {
        return listed(listPrefix, {}, /<Key>([^<]*)<\/Key>/g);
      },
      async folders(listPrefix) {
        return listed(listPrefix, { delimiter: "/" }, /<CommonPrefixes>\s*<Prefix>([^<]*)<\/Prefix>/g);
      },
    },
  };
}

function unescapeXml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" })[name] ?? "");
}
