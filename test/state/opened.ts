import { afterAll, beforeAll } from 'vitest'
import type { Database } from '../../src/state/connection.ts'
import { openState, type State, worker } from './fixture.ts'

/** A state of the file's own, from `openForFile`. */
export let state: State
/** Another process's connections to it. */
export let other: Database
/** A registered worker. */
export let token: string

/** Called at the top of a file: opens them before its tests and closes them after. Files follow each other in a process. */
export function openForFile(): void {
  beforeAll(async () => {
    state = await openState()
    other = await state.another()
    token = await worker(state.db)
  })
  afterAll(() => state.close())
}
