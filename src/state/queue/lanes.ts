/** Priority classes of a queue row, most urgent first; numbers as in slip_lane. */
export const lanes = { alone: 0, daily: 1, ops: 2, bulk: 3 } as const

export type Lane = keyof typeof lanes

/** States of a queue row; numbers as in slip_state. */
export const states = { ready: 0, claimed: 1, delayed: 2 } as const
