import type { Daemon, LoggedEvent } from './daemons.ts'

/** What the daemons have logged, and what no fault explains. */
export class Journal {
  fencedOut = 0
  staleRefused = 0
  /** How often an older database was restored: what the tables say goes back then. */
  restores = 0
  /** Sentences; each is a failure of the run. */
  readonly defects: string[] = []
  /** The last events of each item, for the report on one that went wrong. */
  readonly #ofItem = new Map<string, string[]>()
  readonly #listeners = new Set<(daemon: Daemon, event: LoggedEvent) => void>()

  heard(daemon: Daemon, event: LoggedEvent): void {
    for (const listener of this.#listeners) listener(daemon, event)
    if (event.event === 'index.batch') this.#weigh(daemon, event)
    if (event.event === 'index.stale-refused') this.staleRefused++
    if (event.event === 'index.unbalanced') this.defect(`invariant 7: ${daemon.name} logged ${JSON.stringify(event)}`)
    if (typeof event.htid === 'string') this.note(event.htid, `${daemon.name}: ${JSON.stringify(event)}`)
  }

  defect(message: string): void {
    if (!this.defects.includes(message)) this.defects.push(message)
  }

  note(htid: string, line: string): void {
    const notes = this.#ofItem.get(htid) ?? []
    this.#ofItem.set(htid, [...notes, line].slice(-20))
  }

  of(htid: string): readonly string[] {
    return this.#ofItem.get(htid) ?? []
  }

  /** Resolves with the next event of that name of that daemon; null when `stop` gives up. */
  next(daemon: Daemon, name: string, stop: AbortSignal): Promise<LoggedEvent | null> {
    const { promise, resolve } = Promise.withResolvers<LoggedEvent | null>()
    const listener = (who: Daemon, event: LoggedEvent) => {
      if (who === daemon && event.event === name) resolve(event)
    }
    this.#listeners.add(listener)
    stop.addEventListener('abort', () => resolve(null))
    return promise.finally(() => this.#listeners.delete(listener))
  }

  #weigh(daemon: Daemon, event: LoggedEvent): void {
    const count = (key: string) => event[key] as number
    this.fencedOut += count('fencedOut')
    const ways = ['indexed', 'deleted', 'errors', 'delayed', 'returned', 'fencedOut']
    const accounted = ways.reduce((sum, key) => sum + count(key), 0)
    if (accounted !== count('claimed'))
      this.defect(`invariant 7: ${daemon.name} claimed ${count('claimed')} and accounts for ${accounted}`)
  }
}
