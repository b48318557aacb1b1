/**
 * Built-ins as they were on import. What decides over a hash uses these, so that code which patches
 * the originals later changes none.
 */

/** A method as a function of the object that it is called on. */
export const uncurry = Function.prototype.bind.bind(Function.prototype.call) as unknown as <This, Rest extends unknown[], Result>(
  method: (this: This, ...rest: Rest) => Result,
) => (self: This, ...rest: Rest) => Result;

export const { isArray } = Array;
export const { isFinite } = Number;
export const { keys: keysOf, getPrototypeOf, hasOwn, prototype: objectPrototype } = Object;
export const { stringify } = JSON;
export const { now } = Date;
export const getTime: (date: Date) => number = uncurry(Date.prototype.getTime);
export const includes: (text: string, part: string) => boolean = uncurry(String.prototype.includes);
export const { fromCharCode } = String;
export const toText: (value: unknown) => string = String;
export const { prototype: stringMethods } = String;
export const { charCodeAt: originalCharCodeAt } = stringMethods;
/** No slower than the method call, in V8. */
export const charCodeAt: (text: string, index: number) => number = uncurry(originalCharCodeAt);
export const codePointAt: (text: string, index: number) => number | undefined = uncurry(String.prototype.codePointAt);
export const slice: (text: string, start: number, end: number) => string = uncurry(String.prototype.slice);
export const indexOf: (text: string, what: string) => number = uncurry(String.prototype.indexOf);
/** TypedArray.prototype.set. */
export const copyInto: (to: Uint32Array, from: Uint32Array) => void = uncurry(Uint32Array.prototype.set);
