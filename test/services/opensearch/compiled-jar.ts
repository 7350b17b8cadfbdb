import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { zipOf } from '../../repository/zip-writer.ts'
import type { Java } from '../java.ts'
import { type Artifact, fileOf } from '../maven.ts'

/** A Java that only runs programs has none. */
export const compiler: Artifact = { group: 'org.eclipse.jdt', name: 'ecj', version: '3.40.0' }

const run = promisify(execFile)

/**
 * A jar of what `sources` are compiled to.
 * @param libraries folders of the jars they need
 * @param work holds the compiler
 */
export async function compiledJar(
  { program }: Java,
  sources: readonly string[],
  libraries: readonly string[],
  work: string,
): Promise<Buffer> {
  const classes = join(work, 'classes')
  mkdirSync(classes)
  const jars = libraries.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  const path = jars.filter((name) => name.endsWith('.jar')).join(':')
  const options = ['-source', '17', '-target', '17', '-nowarn', '-proc:none', '-cp', path, '-d', classes]
  await run(program, ['-jar', join(work, fileOf(compiler)), ...options, ...sources])
  const files = readdirSync(classes, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.class'))
  return zipOf(files.map((path) => ({ path, data: readFileSync(join(classes, path)) })))
}
