/** The order in which a reader needs an entry's exports. Within a group it is that of the source. */

const TYPES = ["interface", "type"];

export function groupOf({ kind, name }) {
  return name.endsWith("Error") ? "errors" : TYPES.includes(kind) ? "types" : "values";
}

/** Values, then types, then errors; but an interface of methods comes right after what has it. */
export function arrange(exports) {
  const group = (wanted) => exports.filter((item) => groupOf(item) === wanted);
  const arranged = group("values").flatMap((value) => [value, ...group("types").filter((type) => isServiceOf(type, value))]);
  return [...new Set([...arranged, ...group("types"), ...group("errors")])];
}

function isServiceOf({ name, members = [] }, { kind, code, returns }) {
  const type = kind === "const" ? code.split(": ")[1] : returns;
  return type === name && members.some((member) => member.kind === "method");
}
