/**
 * The most levels of brackets in a record. Records are flat; what writes them as JSON again, or compares them, calls itself
 * for each level, and a process ends where its stack does.
 */
export const deepest = 64
export const tooDeep = `it is nested deeper than ${deepest} levels`

/** Whether a parsed JSON value has more levels of objects and arrays than that. */
export function isTooDeep(value: unknown, levels = deepest): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof inner === 'object' && isTooDeep(inner, levels - 1)) return true
  }
  return false
}
