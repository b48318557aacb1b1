export function checkTable() { return []; }
export function writeTable() {}
