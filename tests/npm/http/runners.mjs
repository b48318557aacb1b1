/** How the suite's server is built with the wrapper and with each framework. */

const url = (path) => `http://localhost${path}`;

/** The wrapper; and `duplex` for runtimes that want it. */
export const wrapper =
  ({ createIdempotency }) =>
  async (config, handler) => {
    const handle = createIdempotency(config)((request, context, once) => handler(request, once));
    return (path, init) => handle(new Request(url(path), init), {});
  };

export const hono =
  ({ idempotency }, { Hono }) =>
  async (config, handler) => {
    const app = new Hono();
    app.all("*", idempotency(config), (c) => handler(c.req.raw, c.get("idempotency")));
    return async (path, init) => app.fetch(new Request(url(path), init));
  };
