import type { Connection } from '../connection.ts'

/** What moved a watermark: a pass that found something, or a person; one row each, never changed. */
export interface Move {
  readonly stage: string
  readonly name: string
  readonly value: string
  readonly movedBy: 'pass' | 'set' | 'restore'
  /** For a person: who, and why. */
  readonly person?: string
  readonly reason?: string
}

export interface PastMove extends Move {
  readonly movedAt: string
}

interface Row {
  stage: string
  name: string
  value: string
  moved_by: Move['movedBy']
  person: string | null
  reason: string | null
  moved_at: string
}

const columns = 'stage, name, value, moved_by, person, reason, moved_at'
const statements = {
  postgres: {
    note: `INSERT INTO slip_watermark_history (${columns}) VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())`,
    read: `SELECT ${columns} FROM slip_watermark_history ORDER BY moved_at DESC, id DESC LIMIT $1`,
  },
  mysql: {
    note: `INSERT INTO slip_watermark_history (${columns}) VALUES (?, ?, ?, ?, ?, ?, SYSDATE(6))`,
    read: `SELECT ${columns} FROM slip_watermark_history ORDER BY moved_at DESC, id DESC LIMIT ?`,
  },
}

/** Notes a move, in the transaction that makes it. */
export async function noteMove(tx: Connection, move: Move): Promise<void> {
  const { stage, name, value, movedBy, person = null, reason = null } = move
  await tx.change(statements[tx.dialect].note, [stage, name, value, movedBy, person, reason])
}

/** The newest moves first. */
export async function readMoves(db: Connection, limit: number): Promise<PastMove[]> {
  const rows = await db.query<Row & Record<string, unknown>>(statements[db.dialect].read, [limit])
  return rows.map(({ moved_by, moved_at, person, reason, ...row }) => ({
    ...row,
    movedBy: moved_by,
    movedAt: moved_at,
    ...(person !== null && { person }),
    ...(reason !== null && { reason }),
  }))
}
