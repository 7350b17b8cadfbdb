import { execFile } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installPackages } from './debian-packages.ts'
import type { Tell } from './server.ts'

/** Major versions of Java, both inclusive. */
export interface JavaRange {
  readonly from: number
  readonly to: number
}

export interface Java {
  /** Path of the program `java`. */
  readonly program: string
  readonly version: number
  /** "17.0.15+6-Debian-1deb12u1". */
  readonly build: string
}

const run = promisify(execFile)
const SYSTEM = '/usr/lib/jvm'
/** Those of which a release of Debian may have a package. */
const LONG_TERM = [17, 21, 25]

/**
 * A Java of the range: of JAVA_HOME, of PATH, of /usr/lib/jvm; else root installs the oldest that Debian has.
 * @throws Error when none is there and none may or can be had
 */
export async function findJava({ from, to }: JavaRange, tell: Tell): Promise<Java> {
  const fits = ({ version }: Java) => from <= version && version <= to
  const present = await javas()
  const found = present.find(fits)
  if (found !== undefined) return found
  const versions = present.map(({ version }) => version).join(', ')
  const lack = `it needs Java ${from} to ${to}, and here is ${versions || 'none'}`
  if (process.getuid?.() !== 0) throw new Error(`${lack}; only root can install one`)
  let refusal = ''
  for (const version of LONG_TERM.filter((one) => from <= one && one <= to)) {
    const failed = await installPackages([`openjdk-${version}-jre-headless`], tell).catch((error: Error) => error)
    const installed = (await javas()).find(fits)
    if (installed !== undefined) return installed
    refusal = `: ${failed?.message}`
  }
  throw new Error(`${lack}${refusal}`)
}

/** Every Java here that tells its version, each once. */
async function javas(): Promise<Java[]> {
  const { JAVA_HOME: home, PATH: path = '' } = process.env
  const system = existsSync(SYSTEM) ? readdirSync(SYSTEM).sort() : []
  const folders = [
    ...(home === undefined ? [] : [join(home, 'bin')]),
    ...path.split(':').filter((folder) => folder !== ''),
    ...system.map((name) => join(SYSTEM, name, 'bin')),
  ]
  const programs = folders.map((folder) => join(folder, 'java')).filter((program) => existsSync(program))
  const once = new Set(programs.map((program) => realpathSync(program)))
  return (await Promise.all([...once].map(asked))).filter((java) => java !== null)
}

async function asked(program: string): Promise<Java | null> {
  try {
    const { stderr } = await run(program, ['-XshowSettings:properties', '-version'])
    const version = /java\.specification\.version = (?:1\.)?(\d+)/.exec(stderr)?.[1]
    const build = /java\.runtime\.version = (\S+)/.exec(stderr)?.[1] ?? ''
    return version === undefined ? null : { program, version: Number(version), build }
  } catch {
    return null
  }
}
