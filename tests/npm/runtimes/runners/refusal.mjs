/** Whether the main entry, without WebAssembly, says what is wrong and what to import instead. */
export function refusal({ EngineError, idempotencyKeys }) {
  const id = "the main entry names idempotency-keys/js";
  try {
    const { hash } = idempotencyKeys.createSync("a");
    return { id, expected: "EngineError", actual: hash };
  } catch (error) {
    const isClear = error instanceof EngineError && error.code === "ERR_ENGINE" && error.message.includes('"idempotency-keys/js"');
    return isClear ? undefined : { id, expected: "EngineError", actual: String(error) };
  }
}
