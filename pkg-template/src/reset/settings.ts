/** Where the API's address and credentials come from: the config, the SDK, the environment. */

import { MissingCredentialsError } from "../errors.js";
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

/** An environment variable, where there are any: Deno throws without the permission to look. */
export function environmentVariable(name: string): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
    return process?.env?.[name];
  } catch {
    return undefined;
  }
}

/**
 * The settings in force at this call. Each is looked for on its own: in the config, then in the
 * SDK's configuration, then in the environment. An empty text counts as given.
 *
 * @throws MissingCredentialsError (`ERR_MISSING_CREDENTIALS`) without an access token or address.
 * @see `APIClientManagerAPI.clientOrThrow`, @trigger.dev/core 4.8.3
 */
export function findSettings(config: Config): ApiSettings {
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
  const branch =
    config.previewBranch ??
    sdk.previewBranch ??
    environmentVariable("TRIGGER_PREVIEW_BRANCH") ??
    environmentVariable("VERCEL_GIT_COMMIT_REF") ??
    developmentBranch();
  return { baseURL, accessToken, branch: branch || undefined, sdkRequests: sdk.requestOptions ?? {} };
}

function developmentBranch(): string | undefined {
  const branch = environmentVariable("TRIGGER_DEV_BRANCH");
  return branch === NO_BRANCH ? undefined : branch;
}

/** The SDK's own texts. */
function whatIsMissing(baseURL: string, accessToken: string | undefined): string {
  // A run's own token serves only the SDK's client, which knows when it may: see `createSdkModule`.
  if (baseURL && environmentVariable("TRIGGER_RUN_TOKEN")) {
    return "No API credential available for resetIdempotencyKey";
  }
  const missing = [...(baseURL ? [] : ["TRIGGER_API_URL"]), ...(accessToken ? [] : ["TRIGGER_SECRET_KEY"])];
  const variables = missing.length > 1 ? "environment variables" : "environment variable";
  return `You need to set the ${missing.join(" and ")} ${variables}. ${HELP}`;
}
