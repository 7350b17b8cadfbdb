// node lock-process.ts LOCK hold        takes the lock, says so, and keeps it
// node lock-process.ts LOCK count FILE N   adds 1 to the number in FILE, N times, each under the lock
import { readFileSync, writeFileSync } from 'node:fs'
import { setImmediate as breathe } from 'node:timers/promises'
import { withLock } from '../../src/embedded-postgres/lock.ts'

const [lock = '', what, file = '', times] = process.argv.slice(2)
if (what === 'hold') {
  await withLock(lock, 10_000, async () => {
    process.send?.('held')
    await new Promise(() => setInterval(() => {}, 60_000))
  })
}
for (let i = 0; i < Number(times); i++) {
  await withLock(lock, 10_000, async () => {
    const value = Number(readFileSync(file, 'utf8'))
    await breathe()
    writeFileSync(file, String(value + 1))
  })
}
process.disconnect?.()
