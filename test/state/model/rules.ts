import type { Connection, Database, Dialect } from '../../../src/state/connection.ts'

/** A rule of the state machine, taken out of the statements that keep it: pairs of text and what stands there instead. */
export interface Rule {
  readonly name: string
  /** The loss it is there against, in the words of the check. */
  readonly loss: RegExp
  readonly without: Readonly<Record<Dialect, readonly (readonly [string, string])[]>>
}

/** On MySQL what a claim or an exit compares is compared outside of the statements: there it is told something else. */
export const rules: readonly Rule[] = [
  {
    name: 'a claim ends only for whom its token is',
    loss: /asked for at version/,
    without: {
      postgres: [
        ['SELECT 1 FROM slip_claim WHERE token = $1 FOR UPDATE', 'SELECT 1 WHERE $1::uuid IS NOT NULL'],
        ['SELECT 1 FROM slip_claim WHERE token = $2 FOR UPDATE', 'SELECT 1 WHERE $2::uuid IS NOT NULL'],
        ['q.claim_token = $2 ORDER BY q.htid', '$2::uuid IS NOT NULL AND q.state = 1 ORDER BY q.htid'],
      ],
      mysql: [
        ['SELECT 1 FROM slip_claim WHERE token = ? FOR UPDATE', 'SELECT 1 WHERE ? IS NOT NULL'],
        ['AND claim_token IN (?)\n    ORDER BY', "AND state = 1 AND 'any' NOT IN (?)\n    ORDER BY"],
      ],
    },
  },
  {
    name: 'a request during a claim is a new gen',
    loss: /asked for at version/,
    without: {
      postgres: [
        ['own.gen <> own.claimed_gen', 'false'],
        ['own.gen = own.claimed_gen', 'true'],
        ['FROM own WHERE gen = claimed_gen', 'FROM own'],
      ],
      mysql: [['SELECT htid, shard, gen, claimed_rev,', 'SELECT htid, shard, claimed_gen AS gen, claimed_rev,']],
    },
  },
  {
    name: 'a claim reads the ledger',
    loss: /in shards/,
    without: {
      postgres: [
        [
          'coalesce(l.shard, 0) AS ledger_shard, coalesce(l.fence, 0) AS ledger_fence',
          '0::smallint AS ledger_shard, 0::bigint AS ledger_fence',
        ],
      ],
      mysql: [
        [
          'SELECT htid, shard, fence, waived FROM slip_indexed',
          'SELECT htid, 0 AS shard, 0 AS fence, waived FROM slip_indexed',
        ],
      ],
    },
  },
  {
    name: 'a claim along with another reads the ledger',
    loss: /in shards/,
    without: {
      postgres: [['WHERE coalesce(l.shard, 0) IN (0, c.shard) AND l.waived IS NULL', '']],
      mysql: [
        [
          'SELECT htid, shard, fence, waived FROM slip_indexed',
          'SELECT htid, 0 AS shard, 0 AS fence, waived FROM slip_indexed',
        ],
      ],
    },
  },
  {
    name: 'what is not proven is asked about again',
    loss: /the ledger says absent, shard . holds it/,
    without: {
      postgres: [['AND t.name = $1 ORDER BY again.htid', 'AND false ORDER BY again.htid']],
      mysql: [['AS due FROM slip_target WHERE name = ?', 'AS due FROM slip_target WHERE name = ? AND FALSE']],
    },
  },
  {
    name: 'an item keeps its shard',
    loss: /in shards/,
    without: {
      postgres: [
        [
          "CASE WHEN q.shard > 0 THEN q.shard WHEN q.action = 'index' THEN $9 ELSE 0 END",
          "CASE WHEN q.action = 'index' THEN $9 ELSE 0 END",
        ],
      ],
      mysql: [
        [
          'SELECT htid, action, shard, rev, attempts, unproven, seq',
          'SELECT htid, action, 0 AS shard, rev, attempts, unproven, seq',
        ],
        ["CASE WHEN shard > 0 THEN shard WHEN action = 'index'", "CASE WHEN action = 'index'"],
      ],
    },
  },
]

/** A database whose statements go without a rule; `unmet` are texts that no statement has had so far. */
export function withoutRule(db: Database, rule: Rule): { db: Database; unmet: Set<string> } {
  const pairs = rule.without[db.dialect]
  const unmet = new Set(pairs.map(([text]) => text))
  const rewrite = (sql: string) =>
    pairs.reduce((rest, [text, instead]) => {
      if (rest.includes(text)) unmet.delete(text)
      return rest.replaceAll(text, instead)
    }, sql)
  const rewritten = (connection: Connection): Connection => ({
    dialect: connection.dialect,
    query: (sql, values) => connection.query(rewrite(sql), values),
    change: (sql, values) => connection.change(rewrite(sql), values),
  })
  return {
    unmet,
    db: {
      ...rewritten(db),
      transaction: (work) => db.transaction((tx) => work(rewritten(tx))),
      statement: (work) => db.statement((one) => work(rewritten(one))),
      close: () => db.close(),
    },
  }
}
