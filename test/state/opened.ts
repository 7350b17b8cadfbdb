import { afterAll, beforeAll } from 'vitest'
import type { Database } from '../../src/state/connection.ts'
import { openState, type State, worker } from './fixture.ts'

/** For a file that imports them: a state of its own, opened before its tests and closed after them. */
export let state: State
/** Another process's connections to it. */
export let other: Database
/** A registered worker. */
export let token: string

beforeAll(async () => {
  state = await openState()
  other = await state.another()
  token = await worker(state.db)
})
afterAll(() => state.close())
