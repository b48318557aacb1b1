/** A TCP proxy that cuts a connection around its next COMMIT: before it is sent on, or after, without the answer. */
import { once } from "node:events";
import { connect, createServer } from "node:net";

export async function startProxy(port) {
  let mode;
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    let muted = false;
    client.on("data", (data) => {
      if (mode !== undefined && /\bcommit\b/i.test(data.toString("latin1"))) {
        const cut = mode;
        mode = undefined;
        cuts += 1;
        if (cut === "before") {
          client.destroy();
          upstream.destroy();
          return;
        }
        muted = true;
        upstream.write(data);
        // The answer is awaited, and lost.
        upstream.once("data", () => {
          client.destroy();
          upstream.destroy();
        });
        return;
      }
      upstream.write(data);
    });
    upstream.on("data", (data) => muted || client.write(data));
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      socket.on("error", () => {});
      socket.on("close", () => other.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    /** Cuts the connection on which the next COMMIT is sent: `"before"` or `"after"`. */
    cut: (where) => (mode = where),
    get isCut() {
      return mode === undefined;
    },
    /** How many connections were cut around a COMMIT. */
    get cuts() {
      return cuts;
    },
    close: () => server.close(),
  };
}
