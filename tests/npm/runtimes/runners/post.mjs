/** Sends the report back, or why there is none. */
export async function post(report) {
  const answer = await report().catch((error) => ({ error: String(error.stack ?? error) }));
  await fetch("/report", { method: "POST", body: JSON.stringify(answer) });
}
