/** Which answers are worth another attempt, and when. */
import { readUpTo } from "../http/body.js";

const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What servers call a first attempt that still runs: ours, Stripe's and the Agentic Commerce Protocol's. */
const IN_PROGRESS = new Set(["in-progress", "idempotency_key_in_use", "idempotency_in_flight"]);

const LONGEST_BODY = 65_536;

/** By its status, or by what the server says in so many words. */
export function isRetried(response: Response): boolean {
  const told = response.headers.get("stripe-should-retry");
  if (told === "true" || told === "false") return told === "true";
  return TRANSIENT.has(response.status) || (response.status === 409 && response.headers.has("retry-after"));
}

/** Whether a 409 says that the first attempt still runs. Leaves the response as it is. */
export async function isInProgress(response: Response): Promise<boolean> {
  if (response.status !== 409 || response.headers.get("stripe-should-retry") === "false") return false;
  const body = response.clone().body;
  if (body === null) return false;
  try {
    const { bytes, cancel } = await readUpTo(body, LONGEST_BODY);
    if (bytes === undefined) {
      cancel();
      return false;
    }
    const answer = JSON.parse(new TextDecoder().decode(bytes)) as { code?: unknown; error?: { code?: unknown } } | null;
    return [answer?.code, answer?.error?.code].some((code) => IN_PROGRESS.has(code as string));
  } catch {
    return false;
  }
}

/** How long the server asks to wait: seconds or a date (RFC 9110, section 10.2.3); undefined where it doesn't. */
export function retryAfterMs(response: Response): number | undefined {
  const value = response.headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
