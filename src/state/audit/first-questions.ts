import type { Connection } from '../connection.ts'

/** The questions the demo answers, each by one statement of plain SQL that anyone with a prompt can ask on any database. */
export const firstQuestions = [
  {
    title: 'what stage 1 knows',
    sql: `SELECT count(*) AS items, count(CASE WHEN attr = 8 THEN 1 END) AS nobody, count(withdrawn_at) AS withdrawn
FROM slip_rights`,
  },
  {
    title: 'what waits',
    sql: `SELECT s.name AS state, count(q.htid) AS items
FROM slip_state s LEFT JOIN slip_queue q USING (state)
GROUP BY s.state, s.name ORDER BY s.state`,
  },
  {
    title: 'what is where',
    sql: `SELECT shard, presence, count(*) AS items, sum(pages) AS pages, sum(empty_pages) AS empty_pages, sum(invalid_bytes) AS invalid
FROM slip_indexed WHERE rev > 0
GROUP BY shard, presence ORDER BY shard, presence`,
  },
  {
    title: 'what went wrong',
    sql: `SELECT htid, code, attempts, message
FROM slip_errors WHERE resolved_at IS NULL ORDER BY htid`,
  },
] as const

export interface Answer {
  readonly title: string
  readonly sql: string
  readonly rows: Record<string, unknown>[]
}

export async function answerFirstQuestions(db: Connection): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const question of firstQuestions) answers.push({ ...question, rows: await db.query(question.sql) })
  return answers
}

const someIndexed = {
  postgres: `SELECT htid FROM slip_indexed WHERE target = $1 AND presence = 'indexed' AND pages > empty_pages ORDER BY htid LIMIT 1`,
  mysql: `SELECT htid FROM slip_indexed WHERE target = ? AND presence = 'indexed' AND pages > empty_pages ORDER BY htid LIMIT 1`,
}

/** Some item of a target that is indexed with text, the first by id; null when there is none. */
export async function someIndexedItem(db: Connection, target: string): Promise<string | null> {
  const [row] = await db.query<{ htid: string }>(someIndexed[db.dialect], [target])
  return row?.htid ?? null
}
