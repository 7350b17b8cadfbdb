import { differingInputs, type Input } from '../indexer/inputs.ts'
import { readIndexedInputs, readLedgerPage } from '../state/audit/indexed-inputs.ts'
import type { Connection } from '../state/connection.ts'
import type { PresentInputs } from './present-inputs.ts'

/** An item whose document was made of something else than there is now. */
export interface InputsDiffer {
  readonly htid: string
  /** `gone`: the repository has neither METS nor pages of it. */
  readonly differ: readonly (Input | 'gone')[]
}

export interface InputsPage {
  /** Those of the page that are at rest. */
  readonly compared: number
  readonly found: readonly InputsDiffer[]
  /** The last item of the page; null = there is none behind it. */
  readonly last: string | null
}

/**
 * Compares a page of the ledger of a target with what there is now. What differs was looked at over some time, in which it
 * may have been indexed anew: so it counts only where the ledger still says the same, and nothing is under way.
 */
export async function verifyInputs(
  db: Connection,
  present: PresentInputs,
  target: string,
  after: string,
  limit: number,
): Promise<InputsPage> {
  const page = await readLedgerPage(db, target, after, limit)
  const rows = await readIndexedInputs(db, target, page)
  const now = await present.of(rows.map(({ htid }) => htid))
  const suspects = rows.flatMap(({ htid, inputs }) => {
    const current = now.get(htid) ?? null
    const differ = current === null ? (['gone'] as const) : differingInputs(inputs, current)
    return differ.length === 0 ? [] : [{ htid, inputs, differ }]
  })
  const still = await readIndexedInputs(
    db,
    target,
    suspects.map(({ htid }) => htid),
  )
  const unchanged = new Map(still.map(({ htid, inputs }) => [htid, inputs]))
  const found = suspects.filter(({ htid, inputs }) => unchanged.get(htid) === inputs)
  return {
    compared: rows.length,
    found: found.map(({ htid, differ }) => ({ htid, differ })),
    last: page.length < limit ? null : (page.at(-1) ?? null),
  }
}
