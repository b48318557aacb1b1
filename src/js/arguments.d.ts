/** What is wrong with an argument. */
export interface Refused {
  message: string;
  found: string;
  suggestion?: string | undefined;
}

export const BRAND: unique symbol;
export function refusedOptions(options: unknown, names: readonly string[], what: string): Refused | undefined;
export function arrayOf(keys: unknown): readonly unknown[] | undefined;
export function refusedArray(keys: unknown, createOne: string): Refused;
export function isPromise(value: unknown): boolean;
export function isArray(value: unknown): value is readonly unknown[];
