import { performance } from 'node:perf_hooks'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Connections } from '../../src/indexer/connections.ts'

const never = new AbortController().signal

/** Requests that are answered when the test says so. */
function server(connections: Connections) {
  const open = new Map<string, (answered: boolean) => void>()
  return {
    send: (name: string, node = 'a') =>
      connections.use(node, async () => {
        const answered = await new Promise<boolean>((resolve) => open.set(name, resolve))
        open.delete(name)
        return { answered }
      }),
    answer: async (name: string, answered = true) => {
      open.get(name)?.(answered)
      await new Promise(setImmediate)
    },
    open: async () => {
      await new Promise(setImmediate)
      return [...open.keys()]
    },
  }
}

test('a node is sent so many requests at a time, the others in their turn, and each node has its own', async () => {
  const { send, open, answer } = server(new Connections(2, never))
  const all = [send('1'), send('2'), send('3'), send('4'), send('5', 'b')]
  expect(await open()).toEqual(['1', '2', '5'])
  await answer('2')
  expect(await open()).toEqual(['1', '5', '3'])
  for (const name of ['1', '3', '4', '5']) await answer(name)
  await Promise.all(all)
})

test('a node is busy while somebody waits for a connection to it', async () => {
  const connections = new Connections(1, never)
  const { send, answer } = server(connections)
  const first = send('1')
  expect(connections.isBusy('a')).toBe(false)
  const second = send('2')
  expect([connections.isBusy('a'), connections.isBusy('b')]).toEqual([true, false])
  await answer('1')
  expect(connections.isBusy('a')).toBe(false)
  await answer('2')
  await Promise.all([first, second])
})

test('a node that did not answer is asked by one at a time until it does', async () => {
  const { send, open, answer } = server(new Connections(2, never))
  const all = ['1', '2', '3', '4', '5'].map((name) => send(name))
  expect(await open()).toEqual(['1', '2'])
  await answer('1', false)
  expect(await open()).toEqual(['2'])
  await answer('2', false)
  expect(await open()).toEqual(['3'])
  await answer('3')
  expect(await open()).toEqual(['4', '5'])
  for (const name of ['4', '5']) await answer(name)
  await Promise.all(all)
})

test('a connection whose request throws is free again', async () => {
  const connections = new Connections(1, never)
  await expect(connections.use('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await connections.use('a', async () => ({ answered: true }))).toEqual({ answered: true })
})

/** A node that has asked for less. */
async function resting(connections: Connections, retryAfterMs: number) {
  await connections.use('a', async () => ({ answered: true, retryAfterMs }))
  expect([connections.isResting('a'), connections.isBusy('a'), connections.isBusy('b')]).toEqual([true, true, false])
}

test('a node that asks for less is sent nothing until its time is over, then what waited', async () => {
  const connections = new Connections(2, never)
  await resting(connections, 0)
  let wasResting = true
  await connections.use('a', async () => {
    wasResting = connections.isResting('a')
    return { answered: true }
  })
  expect([wasResting, connections.isBusy('a')]).toEqual([false, false])
})

test('a timer that rings before the rest is over wakes who waits all the same', async () => {
  let time = 0
  vi.spyOn(performance, 'now').mockImplementation(() => time)
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
  const connections = new Connections(2, never)
  await resting(connections, 10_000)
  const waits = connections.use('a', async () => ({ answered: connections.isResting('a') }))
  for (time = 9_999.5; vi.getTimerCount() > 0; time += 10_000) vi.runOnlyPendingTimers()
  expect(await waits).toEqual({ answered: false })
})

test('who waits for the end of a rest has its turn when the process is to stop, and is told that it rests', async () => {
  const stop = new AbortController()
  const connections = new Connections(2, stop.signal)
  await resting(connections, 300_000)
  const wasResting = connections.use('a', async () => ({ answered: connections.isResting('a') }))
  stop.abort()
  expect(await wasResting).toEqual({ answered: true })
})

test('what asked nothing of a node says nothing of it', async () => {
  const connections = new Connections(2, never)
  await connections.use('a', async () => ({ answered: false }))
  expect([connections.isSilent('a'), connections.isSilent('b')]).toEqual([true, false])
  await connections.use('a', async () => ({ answered: null }))
  const held = connections.use(
    'a',
    () => new Promise<{ answered: boolean }>((resolve) => setImmediate(resolve, { answered: true })),
  )
  expect([connections.isSilent('a'), connections.isFree('a')]).toEqual([true, false])
  await held
  expect([connections.isSilent('a'), connections.isFree('a')]).toEqual([false, true])
})
