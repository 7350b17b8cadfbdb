/** How far the items were compared with a source of holdings or collections, as its watermark keeps it. */
export interface ComparePosition {
  /** Which collections were large when the comparison began, as a digest. */
  readonly large: string
  /** The last item that was compared; null: all were. */
  readonly after: string | null
}

/** The position of a watermark; null = nothing was compared, or a person wants all compared again. */
export function comparePositionOf(text: string | null): ComparePosition | null {
  const [, large, after] = /^large (none|[0-9a-f]{32}), (?:compared|after (\S*))$/.exec(text ?? '') ?? []
  return large === undefined ? null : { large, after: after ?? null }
}

export const compareText = ({ large, after }: ComparePosition): string =>
  `large ${large}, ${after === null ? 'compared' : `after ${after}`}`
