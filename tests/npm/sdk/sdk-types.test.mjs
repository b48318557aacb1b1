/** What TypeScript says of the package beside the published SDKs' own types. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { makeProject } from "../support/sdk-project.mjs";

const run = promisify(execFile);
const tsc = fileURLToPath(new URL("../../../tools/node_modules/typescript/bin/tsc", import.meta.url));

/** Compiles or fails; nothing runs. */
const SOURCE = `
import { apiClientManager, taskContext } from "@trigger.dev/core/v3";
import { defineConfig, tasks } from "@trigger.dev/sdk";
import type { Plugin } from "esbuild";
import { idempotencyKeysExtension, idempotencyKeysPlugin } from "idempotency-keys/trigger-extension";
import { IdempotencyKey, idempotencyKeys, type IdempotencyKeyOptions } from "idempotency-keys";
import {
  createIdempotencyKey, createSdkModule, flattenIdempotencyKey, getIdempotencyKeyOptions, installCatalog, isIdempotencyKey,
  makeIdempotencyKey, resetIdempotencyKey,
} from "idempotency-keys/trigger-sdk";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const equal = <A, B>(_: Equal<A, B>): void => undefined;

const bound = createSdkModule({ taskContext, apiClientManager });
equal<Awaited<ReturnType<typeof bound.createIdempotencyKey>>, IdempotencyKey>(true);
const strings = createSdkModule({ taskContext, apiClientManager, keys: "string" });
const hash: string = await strings.createIdempotencyKey("k");
await tasks.trigger("t", {}, { idempotencyKey: hash });
const key = await idempotencyKeys.create("k", { scope: "global" });
await tasks.trigger("t", {}, { idempotencyKey: key.hash });
// @ts-expect-error an SDK as published wants a text: it would hash the key's hash
await tasks.trigger("t", {}, { idempotencyKey: key });

equal<Awaited<ReturnType<typeof createIdempotencyKey>>, IdempotencyKey>(true);
equal<Awaited<ReturnType<typeof makeIdempotencyKey>>, IdempotencyKey | string | undefined>(true);
equal<ReturnType<typeof getIdempotencyKeyOptions>, IdempotencyKeyOptions | undefined>(true);
equal<Awaited<ReturnType<typeof resetIdempotencyKey>>, { id: string }>(true);
equal<ReturnType<typeof installCatalog>, () => void>(true);
await makeIdempotencyKey(flattenIdempotencyKey([key, "0"]));
const value: unknown = key;
if (isIdempotencyKey(value)) equal<typeof value, IdempotencyKey | string>(true);

defineConfig({ project: "proj_abc123", maxDuration: 300, build: { extensions: [idempotencyKeysExtension()] } });
const plugin: Plugin = idempotencyKeysPlugin();
`;

describe("the types, beside those of the published SDK", () => {
  for (const version of ["4.4.6", "4.8.3"]) {
    it(`compile under ${version}`, async () => {
      const project = makeProject(version, { "package.json": '{ "type": "module" }', "main.ts": SOURCE });
      try {
        const options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom"];
        const modules = ["--module", "nodenext", "--moduleResolution", "nodenext", "--types", "node"];
        const roots = ["--typeRoots", fileURLToPath(new URL("../node_modules/@types", import.meta.url))];
        const { stdout } = await run(process.execPath, [tsc, ...options, ...modules, ...roots, "main.ts"], {
          cwd: project.folder,
        }).catch((error) => error);
        assert.equal(stdout, "");
      } finally {
        project.dispose();
      }
    });
  }
});
