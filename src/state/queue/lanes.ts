/** Priority classes of a queue row, most urgent first; numbers as in slip_lane. */
export const lanes = { alone: 0, daily: 1, ops: 2, bulk: 3 } as const
