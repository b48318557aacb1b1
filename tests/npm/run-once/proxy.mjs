/** A TCP proxy that does to connections what networks do. */
import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * @param port Where the server is.
 * @returns The proxy's port, and what sets its mode: "pass"; "cut the request", which never arrives;
 * "cut the answer", which comes after the work; "cut within the answer"; "stall": nothing gets through,
 * and what was held back does when the mode ends; "black hole": nothing gets through, ever, on a connection that
 * the mode has met, and what is at the other end hears of it when the mode ends.
 */
export async function startProxy(port) {
  let mode = "pass";
  let hits = 0;
  const pairs = new Set();
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    const pair = { client, upstream, held: [], isLost: mode === "black hole" };
    pairs.add(pair);
    const end = () => {
      client.destroy();
      upstream.destroy();
      pairs.delete(pair);
    };
    for (const socket of [client, upstream]) socket.on("error", end).on("close", end);
    const forward = (to, data, cut) => {
      if (pair.isLost) return (hits += 1);
      if (mode === "pass") return to.write(data);
      hits += 1;
      if (mode === "stall") return pair.held.push([to, data]);
      cut();
    };
    client.on("data", (data) => (pair.isLost || mode === "cut the request" || mode === "stall" ? forward(upstream, data, end) : upstream.write(data)));
    upstream.on("data", (data) =>
      forward(client, data, () => {
        if (mode === "cut the request") return client.write(data);
        if (mode === "cut within the answer" && data.length > 1) return client.write(data.subarray(0, data.length >> 1), end);
        end();
      }),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    /** How many reads the modes other than "pass" have met. */
    get hits() {
      return hits;
    },
    set mode(next) {
      mode = next;
      if (next === "black hole") for (const pair of pairs) pair.isLost = true;
      if (next !== "pass") return;
      for (const { isLost, client } of pairs) if (isLost) client.destroy();
      for (const { held } of pairs) for (const [to, data] of held.splice(0)) if (!to.destroyed) to.write(data);
    },
    close() {
      for (const { client, upstream } of pairs) {
        client.destroy();
        upstream.destroy();
      }
      server.close();
    },
  };
}
