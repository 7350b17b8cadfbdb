import { hash } from 'node:crypto'

/** What an item belongs to, as its document has it. An empty list is an absent field. */
export interface Memberships {
  /** Libraries that hold it. */
  readonly heldBy: readonly string[]
  /** Those of them that hold a copy which is brittle, lost or missing. */
  readonly heldByBrlm: readonly string[]
  /** The large collections it is in; 0 alone: none. */
  readonly collections: readonly number[]
}

/** Of an item that no source was asked about. */
export const noMemberships: Memberships = { heldBy: [], heldByBrlm: [], collections: [] }

/** What one source says of an item. */
export interface Said {
  readonly memberships: Partial<Memberships>
  /** Digest over it, 32 hexadecimal characters; null = nothing that reaches a document. */
  readonly digest: string | null
  /** What is wrong with a row of the item, as the end of a sentence; null when all can be used. */
  readonly problem: string | null
}

/** A row of one item as it is read. */
export interface MembershipRow {
  readonly item: unknown
  readonly value: unknown
  readonly access: unknown
}

/** What the rows of an item say, in order, each value once. Rows that cannot be used are part of its digest. */
export function saidOf(kind: 'holdings' | 'collections', rows: readonly MembershipRow[]): Said {
  return kind === 'holdings' ? heldOf(rows) : collectedOf(rows)
}

function heldOf(rows: readonly MembershipRow[]): Said {
  const heldBy = new Set<string>()
  const heldByBrlm = new Set<string>()
  const problems: string[] = []
  for (const { value, access } of rows) {
    const member = memberOf(value)
    const count = access === null || access === undefined ? 0 : Number(access)
    if (member === null) problems.push(`has ${said(value)} where the holding library should be`)
    else if (Number.isNaN(count)) problems.push(`has ${said(access)} where a count of copies should be`)
    else {
      heldBy.add(member)
      if (count > 0) heldByBrlm.add(member)
    }
  }
  const memberships = { heldBy: [...heldBy].sort(), heldByBrlm: [...heldByBrlm].sort() }
  return { memberships, ...outcomeOf([memberships.heldBy, memberships.heldByBrlm], problems, rows.length === 0) }
}

function collectedOf(rows: readonly MembershipRow[]): Said {
  const numbers = new Set<number>()
  const problems: string[] = []
  for (const { value } of rows) {
    const text = String(value).trimEnd()
    if (/^\d{1,15}$/.test(text)) numbers.add(Number(text))
    else problems.push(`has ${said(value)} where the number of a collection should be`)
  }
  const collections = numbers.size === 0 ? [0] : [...numbers].sort((a, b) => a - b)
  return { memberships: { collections }, ...outcomeOf(collections, problems, false) }
}

function outcomeOf(content: unknown, problems: readonly string[], isEmpty: boolean): Omit<Said, 'memberships'> {
  const [problem = null] = problems.toSorted()
  if (isEmpty) return { digest: null, problem }
  const text = JSON.stringify(problems.length === 0 ? content : [content, problems.toSorted()])
  return { digest: hash('sha256', text).slice(0, 32), problem }
}

/** A code such as `umich`: a blank, a letter outside ASCII or a tag is the value of another column. */
function memberOf(value: unknown): string | null {
  const text = value === null || value === undefined ? '' : String(value).trimEnd()
  return /^[!-;=?-~]{1,64}$/.test(text) ? text : null
}

const said = (value: unknown) =>
  value === null || value === undefined ? 'nothing' : JSON.stringify(String(value).slice(0, 40))
