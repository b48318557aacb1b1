/** A runtime that is not on this machine, with what would put it there. */
export class Missing extends Error {}
