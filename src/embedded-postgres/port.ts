import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** The port last used for the server of `dir`; 0 when none is known. */
export function keptPort(dir: string): number {
  try {
    return Number(readFileSync(join(dir, 'port'), 'utf8')) || 0
  } catch {
    return 0
  }
}

export function keepPort(dir: string, port: number): void {
  writeFileSync(join(dir, 'port'), String(port))
}

/** `wanted` when it is free on 127.0.0.1, else another free port. */
export async function freePort(wanted: number): Promise<number> {
  const probe = createServer()
  try {
    probe.listen(wanted, '127.0.0.1')
    await once(probe, 'listening')
    return (probe.address() as { port: number }).port
  } catch (error) {
    if (wanted === 0) throw error
    return freePort(0)
  } finally {
    probe.close()
  }
}
