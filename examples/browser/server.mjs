/**
 * Serves this folder, to this machine only, and the installed package under `/package/`.
 *
 *   npm install && npm start        PORT=3000 npm start for another port than 8080, 0 for any free one
 */

import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

// A browser runs a module only if it comes as JavaScript.
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

const PACKAGE = "/node_modules/idempotency-keys/dist/";

const root = await realpath(fileURLToPath(new URL(".", import.meta.url)));

/** The file that a request asks for, or nothing: only known types, only below this folder. */
async function find(url) {
  try {
    const { pathname } = new URL(url, "http://localhost");
    const file = pathname.endsWith("/") ? `${pathname}index.html` : pathname.replace(/^\/package\//, PACKAGE);
    const path = join(root, decodeURIComponent(file));
    const type = TYPES[extname(path)];
    const found = path.startsWith(root + sep) && type !== undefined ? await stat(path) : undefined;
    return found?.isFile() ? { path, size: found.size, type } : undefined;
  } catch {
    return undefined;
  }
}

const server = createServer(async (request, response) => {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  const file = await find(request.url);
  if (file === undefined) {
    response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
    return;
  }
  response.writeHead(200, {
    "cache-control": "no-cache",
    "content-length": file.size,
    "content-type": file.type,
    "x-content-type-options": "nosniff",
  });
  if (request.method === "HEAD") response.end();
  else
    createReadStream(file.path)
      .on("error", () => response.destroy())
      .pipe(response);
});

server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
