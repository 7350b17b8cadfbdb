/** States of a queue row by name; numbers as in slip_state. */
export const states = { ready: 0, claimed: 1, delayed: 2, held: 3 } as const
