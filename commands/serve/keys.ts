// The keys of a wrangler configuration, as data: which an environment inherits, and what this edge does with each. A key
// that is not in this table is named as unknown, and one that the edge cannot honour is named too: nothing is dropped in
// silence. Source: https://developers.cloudflare.com/workers/wrangler/configuration/

export type KeyUse =
  /** Read by project.ts. */
  | "read"
  /** Concerns an account, a deployment or tools elsewhere; nothing to do on this edge. */
  | "elsewhere"
  /** Changes what the worker sees or does, and this edge does not do it yet. */
  | "unsupported";

export interface KeyRule {
  /** top: only at the top level; inherited: an environment may override it; own: each environment states its own. */
  readonly scope: "top" | "inherited" | "own";
  readonly use: KeyUse;
}

const rules = (scope: KeyRule["scope"], use: KeyUse, names: string): [string, KeyRule][] => names.split(" ").map((name) => [name, { scope, use }]);

export const configurationKeys: ReadonlyMap<string, KeyRule> = new Map([
  ...rules("top", "read", "$schema env alias"),
  ...rules("top", "elsewhere", "send_metrics dependencies_instrumentation dev keep_vars legacy_env addresses generate_types"),
  ...rules("top", "unsupported", "site wasm_modules text_blobs data_blobs pages_build_output_dir"),
  ...rules("inherited", "read", "name main compatibility_date compatibility_flags migrations exports triggers rules no_bundle find_additional_modules base_dir minify keep_names tsconfig jsx_factory jsx_fragment"),
  ...rules("inherited", "elsewhere", "account_id workers_dev preview_urls previews route routes logpush upload_source_maps observability compliance_region fedramp_high public first_party_worker preserve_file_names"),
  ...rules("inherited", "unsupported", "limits placement assets build python_modules logfwdr access cache"),
  ...rules("own", "read", "define vars kv_namespaces durable_objects services d1_databases r2_buckets queues"),
  ...rules("own", "elsewhere", "secrets"),
  ...rules(
    "own",
    "unsupported",
    "workflows cloudchamber containers send_email connect vectorize ai_search ai_search_namespaces agent_memory websearch hyperdrive analytics_engine_datasets browser ai images media stream version_metadata unsafe mtls_certificates tail_consumers streaming_tail_consumers dispatch_namespaces pipelines secrets_store_secrets artifacts unsafe_hello_world flagship ratelimits worker_loaders vpc_services vpc_networks",
  ),
]);

/** Why an unsupported key does not matter as much as it seems, or what to do instead. */
export const advice: Readonly<Record<string, string>> = {
  build: "run the build command yourself; its output is watched",
};
