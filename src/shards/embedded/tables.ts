/** The tables of an index, the same for the statements that make them and for the check that they are so. */
interface Table {
  /** Type by column, as PostgreSQL writes it; null allowed only where it says so. */
  readonly columns: Readonly<Record<string, string>>
  readonly constraints: readonly string[]
}

// fence decides, a removal leaves its row (deleted) behind as the tombstone. Ids compare by byte, as in every engine.
const document: Table = {
  columns: {
    shard: 'integer NOT NULL',
    id: 'text COLLATE "C" NOT NULL',
    fence: 'bigint NOT NULL',
    rev: 'bigint NOT NULL',
    digest: 'text',
    deleted: 'boolean NOT NULL',
    fields: 'jsonb',
  },
  constraints: ['CHECK (deleted = (digest IS NULL))', 'CHECK (deleted = (fields IS NULL))', 'PRIMARY KEY (shard, id)'],
}

// page 0 is the catalogue text; a page too long for a tsvector has several parts.
const page: Table = {
  columns: {
    shard: 'integer NOT NULL',
    id: 'text COLLATE "C" NOT NULL',
    page: 'integer NOT NULL',
    part: 'integer NOT NULL',
    order: 'integer NOT NULL',
    label: 'text',
    text: 'text NOT NULL',
    words: 'tsvector NOT NULL',
    dropped: 'integer NOT NULL',
  },
  constraints: ['PRIMARY KEY (shard, id, page, part)'],
}

export const tables = { document, page }

export const indexes = {
  // new fences are the highest: an insert at the right end, always the same page
  document_fence: 'document (fence)',
  // few among many: those that are old enough are purged
  document_tombstones: 'document (fence) WHERE deleted',
  page_words: 'page USING gin (words)',
}

/** The statements that make tables and indexes, where missing. */
export const createStatements: string = [
  ...Object.entries(tables).map(([name, { columns, constraints }]) => {
    const lines = [...Object.entries(columns).map(([column, type]) => `"${column}" ${type}`), ...constraints]
    return `CREATE TABLE IF NOT EXISTS ${name} (${lines.join(', ')}) PARTITION BY LIST (shard);`
  }),
  ...Object.entries(indexes).map(([name, on]) => `CREATE INDEX IF NOT EXISTS ${name} ON ${on};`),
].join('\n')
