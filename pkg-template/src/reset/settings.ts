/** Where the API's address and credentials come from: the config, the SDK, the environment. */

import { InvalidArgumentError, MissingCredentialsError } from "../errors.js";
import { type SdkApiConfig, sdkRegistry } from "../sdk-registry.js";
import type { Config } from "../types.js";

/** What a request needs to know. Never part of an error: it holds the access token. */
export interface ApiSettings {
  readonly baseURL: string;
  readonly accessToken: string;
  readonly branch: string | undefined;
  /** What the SDK's own configuration asks of every request. */
  readonly sdkRequests: NonNullable<SdkApiConfig["requestOptions"]>;
}

const DEFAULT_BASE_URL = "https://api.trigger.dev";
/** What `TRIGGER_DEV_BRANCH` says of the environment that has no branch. */
const NO_BRANCH = "default";
const HELP = "See https://trigger.dev/docs/management/overview#authentication";

/** Printable ASCII: `fetch` throws for characters beyond Latin-1, and servers read those of Latin-1 as UTF-8. */
export const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/** Where the preview branch is looked for, in order. */
const BRANCH_SOURCES: readonly [string, (config: Config, sdk: SdkApiConfig) => string | undefined][] = [
  ["previewBranch", (config) => config.previewBranch],
  ["the previewBranch of the Trigger.dev SDK", (_, sdk) => sdk.previewBranch],
  ["TRIGGER_PREVIEW_BRANCH", () => environmentVariable("TRIGGER_PREVIEW_BRANCH")],
  ["VERCEL_GIT_COMMIT_REF", () => environmentVariable("VERCEL_GIT_COMMIT_REF")],
  ["TRIGGER_DEV_BRANCH", () => developmentBranch()],
];

/** An environment variable, where there are any: Deno throws without the permission to look. */
function environmentVariable(name: string): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
    return process?.env?.[name];
  } catch {
    return undefined;
  }
}

/**
 * The settings in force at this call. Each is looked for on its own: in the config, then in the
 * SDK's configuration, then in the environment. An empty string counts as given.
 *
 * @throws MissingCredentialsError (`ERR_MISSING_CREDENTIALS`) without an access token or address.
 * @throws InvalidArgumentError (`ERR_INVALID_ARGUMENT`) for an address that is no HTTP URL, and for a branch that
 * no header can carry.
 * @see `APIClientManagerAPI.clientOrThrow`, @trigger.dev/core 4.8.3
 */
export function resolveSettings(config: Config): ApiSettings {
  const sdk: SdkApiConfig = sdkRegistry()?.["api-client"] ?? {};
  const baseURL = config.baseURL ?? sdk.baseURL ?? environmentVariable("TRIGGER_API_URL") ?? DEFAULT_BASE_URL;
  const accessToken =
    config.accessToken ??
    sdk.secretKey ??
    sdk.accessToken ??
    environmentVariable("TRIGGER_SECRET_KEY") ??
    environmentVariable("TRIGGER_ACCESS_TOKEN");
  if (!baseURL || !accessToken) {
    throw new MissingCredentialsError(whatIsMissing(baseURL, accessToken));
  }
  checkUrl(baseURL);
  const [source, branch] = BRANCH_SOURCES.map(([name, find]) => [name, find(config, sdk)] as const).find(
    ([, found]) => found != null,
  ) ?? ["", ""];
  if (branch && !HEADER_VALUE.test(branch.trim())) {
    throw new InvalidArgumentError(
      `${source} is ${JSON.stringify(branch)}, which no HTTP header can carry: set TRIGGER_PREVIEW_BRANCH, or previewBranch in the config, to a branch whose name is printable ASCII`,
      { found: branch },
    );
  }
  return { baseURL, accessToken, branch: branch || undefined, sdkRequests: sdk.requestOptions ?? {} };
}

/** Refuses an address that no request can be sent to: `fetch` would fail at each retry. */
function checkUrl(baseURL: string): void {
  let protocol: string | undefined;
  try {
    ({ protocol } = new URL(baseURL, (globalThis as { location?: { href: string } }).location?.href));
  } catch {
    // Not a URL.
  }
  if (protocol !== "http:" && protocol !== "https:") {
    throw new InvalidArgumentError(
      `the API's address is ${JSON.stringify(baseURL)}, expected a URL such as "${DEFAULT_BASE_URL}": correct baseURL in the config, or TRIGGER_API_URL`,
      { found: baseURL },
    );
  }
}

function developmentBranch(): string | undefined {
  const branch = environmentVariable("TRIGGER_DEV_BRANCH");
  return branch === NO_BRANCH ? undefined : branch;
}

/** The SDK's own messages. */
function whatIsMissing(baseURL: string, accessToken: string | undefined): string {
  // A run's own token serves only the SDK's client, which knows when it may: see `createSdkModule`.
  if (baseURL && accessToken === undefined && environmentVariable("TRIGGER_RUN_TOKEN")) {
    return "No API credential available for resetIdempotencyKey";
  }
  const missing = [...(baseURL ? [] : ["TRIGGER_API_URL"]), ...(accessToken ? [] : ["TRIGGER_SECRET_KEY"])];
  const variables = missing.length > 1 ? "environment variables" : "environment variable";
  return `You need to set the ${missing.join(" and ")} ${variables}. ${HELP}`;
}
