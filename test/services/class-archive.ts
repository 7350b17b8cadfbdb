import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Java } from './java.ts'
import { makeOnce } from './make-once.ts'

const CACHE = join(import.meta.dirname, '../../.slip/test')
/** Standard output is the program's own. */
const QUIET = ['-Xlog:disable', '-Xlog:all=error:stderr']

/**
 * Options with which a program of Java starts in about half the time: it finds its classes as a start before left them,
 * read and verified. That start is made once a checkout and a Java; whether the file fits, Java itself checks, and does
 * without where it does not.
 * @param name of the program with its version: another classpath is another name
 * @param rehearse starts the program with the options that it is told, and ends it by SIGTERM
 */
export async function classArchive(
  java: Java,
  name: string,
  rehearse: (options: readonly string[]) => Promise<void>,
): Promise<string[]> {
  const build = createHash('sha256').update(`${java.program} ${java.build}`).digest('hex').slice(0, 12)
  const folder = join(CACHE, `${name}-classes-${build}`)
  const fileIn = (root: string) => join(root, 'rehearsed.jsa')
  await makeOnce(folder, (root) => rehearse([`-XX:ArchiveClassesAtExit=${fileIn(root)}`, ...QUIET]))
  // A Java that lacks the archive of its own classes writes none.
  return existsSync(fileIn(folder)) ? [`-XX:SharedArchiveFile=${fileIn(folder)}`, ...QUIET] : []
}

/** The archives a process has its classes from: that of Java itself, where Java has one, and that of a start before. */
export function archivesOf(pid: number): { readonly java: boolean; readonly rehearsed: boolean } {
  const mapped = readFileSync(`/proc/${pid}/maps`, 'utf8')
  return { java: /\/classes\w*\.jsa$/m.test(mapped), rehearsed: mapped.includes('/rehearsed.jsa') }
}
