import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { findJava, type Java } from '../java.ts'
import { makeOnce } from '../make-once.ts'
import { copyDependencies } from '../maven.ts'
import type { Tell } from '../server.ts'

/** What Solr runs as: there is no distribution of it in a package registry, but every jar that it is made of. */
export interface SolrProgram {
  readonly java: Java
  readonly jars: readonly string[]
  /** Folder of our classes SolrNode and ZooKeeper. */
  readonly launcher: string
  /** For people. */
  readonly described: string
}

const run = promisify(execFile)
const CACHE = join(import.meta.dirname, '../../../.slip/test')
const PROJECT = join(import.meta.dirname, 'pom.xml')
const SOURCES = join(import.meta.dirname, 'launcher')
/** Of ICU analysis, which a Solr has only with its module analysis-extras. */
const ICU = /^(icu4j|lucene-analysis-icu)-/

/** The jars and the launcher, fetched and compiled once a checkout, and a Java. */
export async function findSolr(tell: Tell): Promise<SolrProgram> {
  const version = /<solr.version>(.*)<\/solr.version>/.exec(readFileSync(PROJECT, 'utf8'))?.[1]
  const java = await findJava({ from: 17, to: 25 }, tell)
  const folder = join(CACHE, `solr-jars-${digestOf(PROJECT)}`)
  await makeOnce(folder, (root) => copyDependencies(PROJECT, `solr-core:${version} and what it needs`, root, tell))
  const jars = readdirSync(folder).map((name) => join(folder, name))
  const sources = readdirSync(SOURCES).map((name) => join(SOURCES, name))
  const launcher = join(CACHE, `solr-launcher-${digestOf(PROJECT, ...sources)}`)
  await makeOnce(launcher, (root) => compile(java, jars, sources, root))
  return { java, jars, launcher, described: `Solr ${version} of Maven Central with Java ${java.version}` }
}

/** @param icu false for a Solr that lacks the module analysis-extras */
export const classpathOf = ({ jars, launcher }: SolrProgram, icu: boolean): string =>
  [launcher, ...jars.filter((jar) => icu || !ICU.test(basename(jar)))].join(':')

/** By the compiler among the jars: a Java that only runs programs has none. */
async function compile({ program }: Java, jars: readonly string[], sources: string[], folder: string): Promise<void> {
  const compiler = jars.find((jar) => basename(jar).startsWith('ecj-'))
  if (compiler === undefined) throw new Error(`no ecj among the jars of ${PROJECT}`)
  const options = ['-source', '17', '-target', '17', '-nowarn', '-proc:none', '-cp', jars.join(':'), '-d', folder]
  await run(program, ['-jar', compiler, ...options, ...sources])
}

function digestOf(...files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}
