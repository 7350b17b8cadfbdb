/**
 * The attributes of the rights database (its table `attributes`): the code as hathifiles, MARC 974 $r and ht_json write
 * it, and the number as rights_current and the index hold it.
 */
const attributes: ReadonlyMap<string, number> = new Map([
  ['pd', 1],
  ['ic', 2],
  ['op', 3],
  ['orph', 4],
  ['und', 5],
  ['umall', 6],
  ['ic-world', 7],
  ['nobody', 8],
  ['pdus', 9],
  ['cc-by-3.0', 10],
  ['cc-by-nd-3.0', 11],
  ['cc-by-nc-nd-3.0', 12],
  ['cc-by-nc-3.0', 13],
  ['cc-by-nc-sa-3.0', 14],
  ['cc-by-sa-3.0', 15],
  ['orphcand', 16],
  ['cc-zero', 17],
  ['und-world', 18],
  ['icus', 19],
  ['cc-by-4.0', 20],
  ['cc-by-nd-4.0', 21],
  ['cc-by-nc-nd-4.0', 22],
  ['cc-by-nc-4.0', 23],
  ['cc-by-nc-sa-4.0', 24],
  ['cc-by-sa-4.0', 25],
  ['pd-pvt', 26],
  ['supp', 27],
])

const numbers: ReadonlySet<number> = new Set(attributes.values())

/** Whether there is an attribute of this number. */
export const isAttribute = (attr: number): boolean => numbers.has(attr)

/** The number of a rights code (`pd` → 1), or null when there is no such code. */
export function attributeOf(code: string): number | null {
  return attributes.get(code) ?? null
}
