/**
 * In a worker: calls an instance that has panicked. Posts before and after; the second message is one
 * that nobody should ever see. Shows what the package is kept from.
 */

import { parentPort, workerData } from "node:worker_threads";

const instances = [];
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args) {
    const instance = Reflect.construct(target, args);
    instances.push(instance);
    return instance;
  },
});
const { idempotencyKeys } = await import(workerData);
idempotencyKeys.createSync("a");
const [{ exports }] = instances;
try {
  exports.reserve(2 ** 32 - 16);
} catch (error) {
  parentPort.postMessage(error instanceof WebAssembly.RuntimeError ? "trapped" : String(error));
}
exports.output();
parentPort.postMessage("answered");
