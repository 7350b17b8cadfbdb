// npm test [-- PATH…] [vitest options]: the whole suite, or the files whose path contains PATH.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

// --no-install forbids packages of the system: test/services reads the variable, and vitest does not know the option.
const args = process.argv.slice(2).filter((argument) => argument !== '--no-install')
if (args.length < process.argv.length - 2) process.env.SLIP_TEST_NO_INSTALL = '1'
const root = join(import.meta.dirname, '../..')
// Compiling the sources is half of what a daemon or a command of a test costs, and hundreds of them start.
process.env.NODE_COMPILE_CACHE ??= join(root, '.slip/test/compile-cache')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const child = spawn(process.execPath, [vitest, 'run', ...args], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
