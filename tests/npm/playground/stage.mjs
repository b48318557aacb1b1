/**
 * The playground as a user would start it: a copy beside the installed package, by its own server. Run
 * as a script it prints the address, and serves until it is stopped.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { installedPackage } from "../support/install-package.mjs";

const example = fileURLToPath(new URL("../../../examples/browser", import.meta.url));

export async function startPlayground() {
  const installed = installedPackage();
  const folder = join(installed, "playground");
  cpSync(example, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  const modules = join(folder, "node_modules");
  if (!existsSync(modules)) symlinkSync(join(installed, "node_modules"), modules);
  const child = spawn(process.execPath, ["server.mjs"], {
    cwd: folder,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill());
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  return {
    installed,
    url: line.trim(),
    async stop() {
      const gone = once(child, "exit");
      child.kill();
      await gone;
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log((await startPlayground()).url);
}
