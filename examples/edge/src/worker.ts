/**
 * A webhook on Cloudflare Workers: one key for each delivered event, however often it is delivered.
 *
 *   npm install && npm start
 *   curl localhost:8787 -d '{"id":"evt_1","type":"invoice.paid","items":["line-1","line-2"]}'
 */

import { idempotencyKeys } from "idempotency-keys";

interface Event {
  id: string;
  type: string;
  items?: string[];
}

function isEvent(value: unknown): value is Event {
  const event = value as Partial<Event> | null;
  return typeof event?.id === "string" && typeof event.type === "string";
}

export default {
  async fetch(request: Request): Promise<Response> {
    const event: unknown = request.method === "POST" ? await request.json().catch(() => undefined) : undefined;
    if (!isEvent(event)) {
      return Response.json({ error: 'POST an event: { "id": "…", "type": "…", "items": ["…"] }' }, { status: 400 });
    }
    const key = idempotencyKeys.createSync([event.type, event.id], { scope: "global" });
    const items = (event.items ?? []).map((item) => [key, item]);
    return Response.json(
      {
        idempotencyKey: key,
        idempotencyKeyOptions: key.options,
        items: idempotencyKeys
          .createMany(items, { scope: "global" })
          .map((item) => ({ idempotencyKey: item, idempotencyKeyOptions: item.options })),
      },
      { headers: { "idempotency-key": `"${key}"` } },
    );
  },
};
