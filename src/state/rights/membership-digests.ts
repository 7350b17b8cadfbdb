import type { Connection } from '../connection.ts'

/** The kinds of sources that are asked by item, each with a column of digests. */
export type MembershipKind = 'holdings' | 'collections'

/** An item and what slip-rights last heard of it; null = nothing. */
export interface KnownDigest {
  readonly htid: string
  readonly digest: string | null
}

const page = (kind: MembershipKind, [after, limit]: readonly [string, string]) => `
  SELECT htid, ${kind}_digest AS digest FROM slip_rights
  WHERE htid > ${after} AND withdrawn_at IS NULL ORDER BY htid LIMIT ${limit}`

const statements = {
  postgres: (kind: MembershipKind) => page(kind, ['$1', '$2']),
  mysql: (kind: MembershipKind) => page(kind, ['?', '?']),
}

/** Items that are not withdrawn, in id order after `after`, `limit` at most. */
export async function readMembershipDigests(
  db: Connection,
  kind: MembershipKind,
  after: string,
  limit: number,
): Promise<KnownDigest[]> {
  return db.query<KnownDigest & Record<string, unknown>>(statements[db.dialect](kind), [after, limit])
}
