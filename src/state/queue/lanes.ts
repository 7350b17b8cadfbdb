/** Priority classes of a queue row, most urgent first; numbers as in slip_lane. */
export const lanes = { alone: 0, daily: 1, ops: 2, bulk: 3 } as const

/** The name of a lane number, as in slip_lane. */
export const laneName = (lane: number): string =>
  Object.entries(lanes).find(([, number]) => number === lane)?.[0] ?? String(lane)
