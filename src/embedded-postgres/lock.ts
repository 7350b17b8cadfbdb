import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SlipError } from '../errors/slip-error.ts'
import { identityOf, isRunning, ownIdentity, pidOf } from './process-identity.ts'

const FREE = 'free'
const POLL_MS = 20

/**
 * Runs `work` while no other process does so for the same folder.
 *
 * The lock is the highest-numbered file in `folder`; it holds the identity of its holder, or `free`. Whoever finds the
 * highest one free, or its holder dead, takes the next number by link(2), which only one can do. A lock is never
 * deleted to break it: with one lock file, two that find the same dead holder can each delete it and the slower one
 * deletes the lock the faster one has just taken.
 *
 * @param limitMs how long to wait for a holder that lives
 * @throws LOCKED when a living process still holds it after `limitMs`
 */
export async function withLock<T>(folder: string, limitMs: number, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true })
  const mine = join(folder, `try.${process.pid}.${crypto.randomUUID()}`)
  await writeFile(mine, ownIdentity())
  try {
    const number = await take(folder, mine, limitMs)
    try {
      return await work()
    } finally {
      await writeFile(mine, FREE)
      await rename(mine, join(folder, String(number)))
    }
  } finally {
    await rm(mine, { force: true })
  }
}

async function take(folder: string, mine: string, limitMs: number): Promise<number> {
  const giveUpAt = performance.now() + limitMs
  for (;;) {
    const top = await highest(folder)
    const holder = await holderOf(folder, top)
    if (holder === null) {
      if (await tryNumber(folder, mine, top + 1)) return top + 1
      continue
    }
    if (performance.now() > giveUpAt) {
      throw new SlipError(
        'LOCKED',
        `process ${pidOf(holder)} has been starting or stopping the embedded PostgreSQL for too long; end it`,
        {
          place: { folder, pid: pidOf(holder) },
        },
      )
    }
    await pause(POLL_MS)
  }
}

async function tryNumber(folder: string, mine: string, number: number): Promise<boolean> {
  const lock = join(folder, String(number))
  try {
    await link(mine, lock)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  // Someone slow may take a number that was used and swept away long ago: only the highest one counts.
  const names = await readdir(folder)
  if (Math.max(...names.map(asNumber)) > number) {
    await rm(lock)
    return false
  }
  // link(2) shares the file, so the name that will be rewritten at release has to be a file of its own.
  await rm(mine)
  await Promise.all(
    names.filter((name) => isLeftover(name, number)).map((name) => rm(join(folder, name), { force: true })),
  )
  return true
}

async function highest(folder: string): Promise<number> {
  return Math.max(0, ...(await readdir(folder)).map(asNumber))
}

/** Identity of the living holder of lock `number`; null when it is free, its holder is dead, or it was swept away. */
async function holderOf(folder: string, number: number): Promise<string | null> {
  try {
    const holder = await readFile(join(folder, String(number)), 'utf8')
    return holder !== FREE && isRunning(holder) ? holder : null
  } catch {
    return null
  }
}

const asNumber = (name: string) => (/^\d+$/.test(name) ? Number(name) : 0)

function isLeftover(name: string, current: number): boolean {
  const number = asNumber(name)
  if (number > 0) return number < current
  const pid = Number(name.split('.')[1])
  return identityOf(pid) === null
}
