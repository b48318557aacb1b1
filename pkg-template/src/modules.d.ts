/** What the build puts in place of these names; see `build.mjs`. */

declare module "#simd.wasm" {
  const base64: string;
  export default base64;
}

declare module "#scalar.wasm" {
  const base64: string;
  export default base64;
}

declare module "#module.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "#scalar.js" {
  const start: () => import("./wasm/engine.js").WasmExports;
  export default start;
}
