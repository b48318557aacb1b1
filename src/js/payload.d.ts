/** Returns the error for a value that JSON can't represent; `steps` is a JSON array of names and indexes. */
type Refuse = (kind: number, steps: string, found: string) => Error;

export function stringify(value: unknown, refuse: Refuse): string;
export function inspect(value: unknown, refuse: Refuse): string;
export function isOpaque(value: object): boolean;
export function isPrimitive(value: object): boolean;
