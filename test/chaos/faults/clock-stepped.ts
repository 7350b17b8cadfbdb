import type { Fault } from './fault.ts'

const steps = [-172_800, -7_200, -3_600, -60, -5, 5, 60, 3_600, 7_200, 172_800]

/** The clock of a host is set, hours apart from the other's and the database's. */
export const hostClockStepped: Fault = {
  kind: 'host-clock-stepped',
  takes: ['host clocks'],
  lasts: [0, 3_000],
  applies: ({ platform: { faketime } }) => ('absent' in faketime ? faketime.absent : null),
  strike: async ({ hosts }, random) => {
    const host = random.pick(hosts)
    const seconds = random.pick(steps)
    host.clock?.set(seconds)
    return { what: `${host.name} by ${seconds} s`, heal: async () => true }
  },
}

/** The clock of the database is set. It stays so: what was delayed by a clock that ran ahead is due by that clock. */
export const databaseClockStepped: Fault = {
  kind: 'database-clock-stepped',
  takes: ['database'],
  lasts: [0, 3_000],
  applies: ({ platform: { faketime } }) => ('absent' in faketime ? faketime.absent : null),
  strike: async ({ serverClock }, random) => {
    const seconds = random.pick(steps)
    serverClock?.set(seconds)
    return { what: `by ${seconds} s`, heal: async () => true }
  },
}
