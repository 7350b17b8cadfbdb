import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRunning, ownIdentity } from './process-identity.ts'

// Who uses a server: one empty file per user, named by the identity of its process and a random part, so that one
// process may use the server several times. All of these are called only while the lock is held.

/** Enters this process as a user; returns the file that {@link removeUser} takes. */
export async function addUser(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${ownIdentity()}~${crypto.randomUUID()}`)
  await writeFile(file, '')
  return file
}

export async function removeUser(file: string): Promise<void> {
  await rm(file, { force: true })
}

/** Identities of the users that live; the entries of dead ones are removed. */
export async function livingUsers(folder: string): Promise<string[]> {
  const living: string[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const identity = name.split('~')[0] ?? ''
    if (isRunning(identity)) living.push(identity)
    else await rm(join(folder, name), { force: true })
  }
  return living
}
