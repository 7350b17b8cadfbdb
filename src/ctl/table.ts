type Cell = string | number | null | undefined

/** Rows below their headings in aligned columns, two blanks apart; numbers to the right. The last column is not padded. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const body = rows.map((row) => row.map((cell) => (cell === null || cell === undefined ? '' : String(cell))))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...body.map((row) => row[column]?.length ?? 0)),
  )
  const right = headings.map(
    (_, column) => rows.length > 0 && rows.every((row) => row[column] == null || typeof row[column] === 'number'),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [headings, ...body].map(line).join('\n')
}

/** A table with a title above it, or one line that says there is nothing. */
export function section(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  nothing: string,
): string {
  return rows.length === 0 ? `${title}: ${nothing}` : `${title}\n${table(headings, rows).replace(/^/gm, '  ')}`
}
