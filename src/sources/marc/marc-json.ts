import { controlField, dataField, type MarcField, type MarcRecord, type Subfield } from './marc-record.ts'

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
  for (const [at, entry] of fields.entries()) {
    const field = fieldOf(entry)
    if (field === null) return `its field ${at + 1} is no MARC field`
    read.push(field)
  }
  return { leader, fields: read }
}

/** Null when it is none. */
function fieldOf(entry: unknown): MarcField | null {
  const [tag, content] = onlyEntry(entry) ?? []
  if (tag === undefined) return null
  if (typeof content === 'string') return controlField(tag, content)
  if (typeof content !== 'object' || content === null) return null
  const { ind1, ind2, subfields } = content as Record<string, unknown>
  if (!Array.isArray(subfields)) return null
  const read: Subfield[] = []
  for (const subfield of subfields) {
    const [code, text] = onlyEntry(subfield) ?? []
    if (code === undefined || typeof text !== 'string') return null
    read.push([code, text])
  }
  const indicators = [ind1 ?? ' ', ind2 ?? ' ']
  if (!indicators.every((indicator) => typeof indicator === 'string' && indicator.length === 1)) return null
  return dataField(tag, indicators.join(''), read)
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
