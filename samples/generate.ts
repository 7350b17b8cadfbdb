import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { libraryFiles } from './library.ts'

const root = join(import.meta.dirname, 'library')
rmSync(root, { recursive: true, force: true })
const files = libraryFiles()
let total = 0
for (const [name, bytes] of files) {
  const path = join(root, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  total += bytes.length
}
process.stdout.write(`${files.size} files, ${(total / 1e6).toFixed(1)} MB in samples/library\n`)
