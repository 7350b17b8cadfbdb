import {
  controlField,
  dataField,
  emptySubfield,
  type MarcField,
  type MarcRecord,
  type Subfield,
} from './marc-record.ts'

/** Whether a parsed JSON object is a MARC-in-JSON record, as Zephir writes them, and no catalogue document. */
export function isMarcJson(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'fields' in value && !('id' in value)
}

/** A MARC-in-JSON record, or what is wrong with it as the end of a sentence that begins with the record. */
export function marcOfJson(value: unknown): MarcRecord | string {
  const { leader, fields } = value as Record<string, unknown>
  if (typeof leader !== 'string') return 'it has no leader'
  if (!Array.isArray(fields)) return 'its fields are not an array'
  const read: MarcField[] = []
  const problems: string[] = []
  for (const [at, entry] of fields.entries()) {
    const field = fieldOf(entry, (tag) => problems.push(emptySubfield(at + 1, tag)))
    if (field === null) return `its field ${at + 1} is no MARC field`
    read.push(field)
  }
  return { leader, fields: read, problems }
}

/** Null when it is none. `hasEmpty`: told of each subfield that is left out. */
function fieldOf(entry: unknown, hasEmpty: (tag: string) => void): MarcField | null {
  const [tag, content] = onlyEntry(entry) ?? []
  if (tag === undefined) return null
  if (typeof content === 'string') return controlField(tag, content)
  if (typeof content !== 'object' || content === null) return null
  const { ind1, ind2, subfields } = content as Record<string, unknown>
  if (!Array.isArray(subfields)) return null
  const read: Subfield[] = []
  for (const subfield of subfields) {
    if (isEmpty(subfield)) {
      hasEmpty(tag)
      continue
    }
    const [code, text] = onlyEntry(subfield) ?? []
    if (code === undefined || typeof text !== 'string') return null
    read.push([code, text])
  }
  const indicators = [ind1 ?? ' ', ind2 ?? ' ']
  if (!indicators.every((indicator) => typeof indicator === 'string' && indicator.length === 1)) return null
  return dataField(tag, indicators.join(''), read)
}

function isEmpty(subfield: unknown): boolean {
  if (typeof subfield !== 'object' || subfield === null || Array.isArray(subfield)) return subfield === null
  for (const key in subfield)
    return (subfield as Record<string, unknown>)[key] === null && Object.keys(subfield).length === 1
  return true
}

// Not Object.entries: a record has hundreds of these objects, and they were a quarter of its time.
function onlyEntry(value: unknown): [string, unknown] | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  let only: [string, unknown] | null = null
  for (const key in value) {
    if (only !== null) return null
    only = [key, (value as Record<string, unknown>)[key]]
  }
  return only
}
