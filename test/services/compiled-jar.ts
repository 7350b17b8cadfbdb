import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { zipOf } from '../repository/zip-writer.ts'
import type { Java } from './java.ts'

const run = promisify(execFile)

/**
 * A jar of what `sources` are compiled to.
 * @param compiler jar of ecj: a Java that only runs programs has none
 * @param libraries the jars they need
 * @param work where the classes are laid
 */
export async function compiledJar(
  { program }: Java,
  compiler: string,
  sources: readonly string[],
  libraries: readonly string[],
  work: string,
): Promise<Buffer> {
  const classes = join(work, 'classes')
  mkdirSync(classes)
  const options = ['-source', '17', '-target', '17', '-nowarn', '-proc:none', '-cp', libraries.join(':'), '-d', classes]
  await run(program, ['-jar', compiler, ...options, ...sources])
  const files = readdirSync(classes, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.class'))
  return zipOf(files.map((path) => ({ path, data: readFileSync(join(classes, path)) })))
}
