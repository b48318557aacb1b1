/**
 * A Redis and a PostgreSQL of the tests' own: on free loopback ports, with their data in temporary
 * folders, gone when the process that started them is. Where the programs are missing they are
 * installed from the system's packages, which needs root and the network.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, chownSync, closeSync, constants, existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const isRoot = process.getuid?.() === 0;
const PACKAGES = { "redis-server": "redis-server", postgres: "postgresql", pgbouncer: "pgbouncer" };

function fail(message, options) {
  throw new Error(message, options);
}

/** The program's path: on PATH, or where Debian hides the newest PostgreSQL's. */
function find(program) {
  const folders = (process.env.PATH ?? "").split(":");
  const debian = "/usr/lib/postgresql";
  if (existsSync(debian)) {
    const versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
    folders.unshift(...versions.map((version) => join(debian, version, "bin")));
  }
  return folders
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function need(program) {
  const found = find(program);
  if (found !== undefined) return found;
  const name = PACKAGES[program];
  const install = `apt-get install -y --no-install-recommends ${name}`;
  if (!isRoot || find("apt-get") === undefined) {
    fail(`${program} is missing: install it, on Debian as root with "${install}"`);
  }
  process.stderr.write(`services: ${install} (network)\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  try {
    execFileSync("apt-get", ["update", "-qq"], { env, stdio: ["ignore", "ignore", "inherit"] });
    execFileSync("apt-get", install.split(" ").slice(1), { env, stdio: ["ignore", "ignore", "inherit"] });
  } catch (cause) {
    fail(`${program} is missing and apt-get could not install it: is the network there?`, { cause });
  }
  return find(program) ?? fail(`${program} is still missing after "${install}"`);
}

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function id(flag, name) {
  return Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
}

/** PostgreSQL refuses to run as root; so both servers run as somebody else then. */
function findUser() {
  for (const name of isRoot ? ["postgres", "nobody"] : []) {
    try {
      return { name, uid: id("-u", name), gid: id("-g", name) };
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/** The command as that user; with `signal`, what it gets when this process dies, where the system can do that. */
function command(user, program, args, signal) {
  const setpriv = find("setpriv");
  if (setpriv === undefined) return user === undefined ? [program, args] : ["runuser", ["-u", user.name, "--", program, ...args]];
  const identity = user === undefined ? [] : ["--reuid", user.name, "--regid", String(user.gid), "--clear-groups"];
  const tie = signal === undefined ? [] : ["--pdeathsig", signal];
  return identity.length + tie.length === 0 ? [program, args] : [setpriv, [...identity, ...tie, program, ...args]];
}

/** A server that can be killed and started again on the same port and data. */
class Service {
  #child;
  #file;
  #args;
  #signal;
  #ready;

  constructor({ user, program, args, signal, port, folder, ready }) {
    this.port = port;
    this.folder = folder;
    [this.#file, this.#args] = command(user, program, args, signal);
    this.#signal = signal;
    this.#ready = ready;
  }

  async start() {
    const child = spawn(this.#file, this.#args, { cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] });
    let log = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        log = (log + data).slice(-4000);
      });
    }
    this.#child = child;
    for (let tries = 0; !(await this.#ready().catch(() => false)); tries++) {
      if (child.exitCode !== null || child.signalCode !== null || tries > 600) {
        fail(`${this.#args.join(" ")} did not start:\n${log}`);
      }
      await sleep(50);
    }
  }

  /** Ends it at once, without letting it put anything in order. */
  async kill() {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(`SIG${this.#signal}`);
    await exited;
  }

  async stop() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function folderFor(name, user) {
  const folder = mkdtempSync(join(tmpdir(), `run-once-${name}-`));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return folder;
}

/** Whether the server answers a greeting as expected. */
function answers(port, greeting, expected) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(greeting));
    socket.setTimeout(1000, () => socket.destroy(new Error("timeout")));
    socket.once("data", (data) => {
      resolve(data.toString("latin1").startsWith(expected));
      socket.destroy();
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed")));
  });
}

/** A Redis that loses nothing that it has acknowledged; `more` are settings of a test's own. */
export async function startRedis(more = {}) {
  const program = need("redis-server");
  const user = findUser();
  const port = await freePort();
  const folder = folderFor("redis", user);
  const settings = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "yes", appendfsync: "always", "maxmemory-policy": "noeviction", ...more };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const ready = () => answers(port, "PING\r\n", "+PONG");
  const service = new Service({ user, program, args, signal: "KILL", port, folder, ready });
  await service.start();
  return Object.assign(service, { url: `redis://127.0.0.1:${port}` });
}

/** A Sentinel that alone decides on failing over the Redis of that port, by the name `once`. */
export async function startSentinel(master) {
  const program = need("redis-server");
  const user = findUser();
  const port = await freePort();
  const folder = folderFor("sentinel", user);
  const file = join(folder, "sentinel.conf");
  const about = [`monitor once 127.0.0.1 ${master} 1`, "down-after-milliseconds once 500", "failover-timeout once 2000"];
  writeFileSync(file, [`port ${port}`, "bind 127.0.0.1", `dir ${folder}`, ...about.map((line) => `sentinel ${line}`), ""].join("\n"));
  if (user !== undefined) chownSync(file, user.uid, user.gid);
  const ready = () => answers(port, "PING\r\n", "+PONG");
  const service = new Service({ user, program, args: [file, "--sentinel"], signal: "KILL", port, folder, ready });
  await service.start();
  return service;
}

/** A PostgreSQL with a database `postgres` that lets its user in without a password. */
export async function startPostgres() {
  const program = need("postgres");
  const initdb = find("initdb") ?? fail("initdb is missing beside postgres");
  const user = findUser();
  const port = await freePort();
  const folder = folderFor("postgres", user);
  const data = join(folder, "data");
  const [file, initArgs] = command(user, initdb, ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
  execFileSync(file, initArgs, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "max_connections=100", "shared_buffers=32MB"];
  const args = ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
  const ready = () => answers(port, startupMessage("postgres"), "R");
  // QUIT, not KILL: its own processes would outlive it for a while, and bar the next start.
  const service = new Service({ user, program, args, signal: "QUIT", port, folder, ready });
  await service.start();
  return Object.assign(service, { url: `postgres://postgres@127.0.0.1:${port}/postgres` });
}

/** A PgBouncer in transaction mode in front of a PostgreSQL, to which it connects as `user`. */
export async function startPgbouncer(upstream, user, more = {}) {
  const program = need("pgbouncer");
  const identity = findUser();
  const port = await freePort();
  const folder = folderFor("pgbouncer", identity);
  const settings = { listen_addr: "127.0.0.1", listen_port: port, auth_type: "any", pool_mode: "transaction", unix_socket_dir: "", ...more };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(file, `[databases]\npostgres = host=127.0.0.1 port=${upstream} user=${user}\n[pgbouncer]\n${lines.join("\n")}\n`);
  const ready = () => answers(port, startupMessage("postgres"), "R");
  const service = new Service({ user: identity, program, args: ["-q", file], signal: "KILL", port, folder, ready });
  await service.start();
  return Object.assign(service, { url: `postgres://postgres@127.0.0.1:${port}/postgres` });
}

/** What a PostgreSQL client says first; answered with "R" once the server takes queries. */
function startupMessage(user) {
  const text = Buffer.from(`user\0${user}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + text.length, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, text]);
}

/** A small disk of its own for a server's files, to be filled up: in memory. Mounting takes root, or sudo without a password. */
export function startDisk(megabytes) {
  const user = findUser();
  const folder = folderFor("disk", undefined);
  const asRoot = (program, ...args) => {
    const [file, more] = isRoot ? [program, args] : ["sudo", ["-n", program, ...args]];
    execFileSync(file, more, { stdio: ["ignore", "ignore", "pipe"] });
  };
  const owner = user === undefined ? [process.getuid(), process.getgid()] : [user.uid, user.gid];
  try {
    asRoot("mount", "-t", "tmpfs", "-o", `size=${megabytes}m,uid=${owner[0]},gid=${owner[1]},mode=700`, "tmpfs", folder);
  } catch (cause) {
    rmSync(folder, { recursive: true });
    fail(`a disk can't be mounted, which takes root or sudo without a password: ${cause.stderr ?? cause.message}`, { cause });
  }
  const ballast = join(folder, "ballast");
  const stop = () => {
    process.removeListener("exit", stop);
    asRoot("umount", "--lazy", folder);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", stop);
  return {
    folder,
    /** Leaves no byte free. */
    fill() {
      const file = openSync(ballast, "a");
      try {
        for (let size = 1 << 20; size > 0; size >>= 1) {
          try {
            for (;;) if (writeSync(file, Buffer.alloc(size)) < size) break;
          } catch (error) {
            if (error.code !== "ENOSPC") throw error;
          }
        }
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(ballast, { force: true }),
    stop,
  };
}
