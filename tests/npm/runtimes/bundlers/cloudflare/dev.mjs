/** Starts Vite's dev server, asks it once, and prints the answer. */
import { createServer } from "vite";

const server = await createServer({ logLevel: "warn", server: { host: "127.0.0.1", port: 0 } });
await server.listen();
const response = await fetch(server.resolvedUrls.local[0]);
const text = await response.text();
await server.close();
if (!response.ok) throw new Error(`HTTP ${response.status}: ${text}`);
console.log(text);
process.exit();
