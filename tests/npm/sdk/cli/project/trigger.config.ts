import { defineConfig } from "@trigger.dev/sdk";
import { idempotencyKeysExtension } from "idempotency-keys/trigger-extension";

const { EXTERNAL = "", PLAIN } = process.env;

export default defineConfig({
  project: "proj_abc123",
  dirs: ["./src/trigger"],
  maxDuration: 60,
  build: {
    external: EXTERNAL.split(" ").filter(Boolean),
    extensions: PLAIN ? [] : [idempotencyKeysExtension()],
  },
});
