/**
 * Every bundler, framework and test runner that the app is built with, at its own defaults. What
 * each made is then run.
 */

import { row, SIMD } from "../row.mjs";
import { runCloudflareVite, runCloudflareVitest, runWrangler } from "./cloudflare.mjs";
import { runEsbuild, runNcc, runRolldown, runRollup, runRspack, runWebpack } from "./bundlers.mjs";
import { runNext } from "./next.mjs";
import { runJest, runVitest } from "./runners.mjs";
import { runViteBuild, runViteDev, runViteSsr } from "./vite.mjs";

const rows = [
  ["Vite", "dev server, Chromium", runViteDev],
  ["Vite", "build, Chromium", runViteBuild],
  ["Vite", "SSR build, Node.js", runViteSsr],
  ["webpack", "no configuration, Chromium", runWebpack("web")],
  ["webpack", "target node", runWebpack("node")],
  ["Rollup", "node-resolve, Chromium", runRollup],
  ["esbuild", "platform browser, Chromium", runEsbuild("browser", "esm")],
  ["esbuild", "platform node, ES module", runEsbuild("node", "esm")],
  ["esbuild", "platform node, CommonJS", runEsbuild("node", "cjs")],
  ["Rolldown", "Node.js", runRolldown],
  ["Rspack", "Chromium", runRspack],
  ["ncc", "Node.js", runNcc],
  ["Next.js", "Turbopack, Node.js runtime", runNext("turbopack", "node")],
  ["Next.js", "Turbopack, edge runtime", runNext("turbopack", "edge")],
  ["Next.js", "webpack, Node.js runtime", runNext("webpack", "node")],
  ["Next.js", "webpack, edge runtime", runNext("webpack", "edge")],
  ["wrangler", "`deploy --dry-run`, workerd", runWrangler],
  ["Cloudflare's Vite plugin", "dev server, workerd", runCloudflareVite],
  ["Cloudflare's Vitest plugin", "workerd", runCloudflareVitest],
  ["Jest", "CommonJS", runJest("node")],
  ["Jest", "CommonJS, jsdom", runJest("jsdom")],
  ["Vitest", "Node.js", runVitest],
];

export const BUNDLERS = rows.map(([where, how, run]) => row(where, how, SIMD, run, { required: false }));
