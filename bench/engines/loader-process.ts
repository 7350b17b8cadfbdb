// The best loader that can be written for an engine without a state machine: bodies that are ready in memory, sent as they
// are by so many connections. Called with a LoaderOrder as JSON; prints what each of its legs gave.

import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { openRepository } from '../../src/repository/open-repository.ts'
import { documentOf, type Stored, soundVolumes } from '../library/volumes.ts'
import { rateAfter, type Taken } from './rate.ts'

export interface Leg {
  /** With the query string. */
  readonly path: string
  readonly parcelBytes: number
  readonly connections: number
  /** How many bytes of the documents are sent; without, all. */
  readonly bytes?: number
}

export interface LoaderOrder {
  readonly url: string
  readonly format: 'solr' | 'bulk'
  /** Every sound volume of it is sent. */
  readonly repository: Stored
  /** Bytes that each leg sends and does not count. */
  readonly warmUp: number
  readonly legs: readonly Leg[]
}

export interface LegResult {
  /** MB/s */
  readonly rate: number
  /** Of the documents. */
  readonly bytes: number
  /** Processor seconds a MB. */
  readonly cpu: number
}

interface Body {
  readonly parts: readonly Buffer[]
  readonly bytes: number
}

const order: LoaderOrder = JSON.parse(process.argv[2] ?? '')
const documents = await readyMade(order.repository)
const results: LegResult[] = []
for (const leg of order.legs) results.push(await run(leg))
console.log(JSON.stringify(results))

async function readyMade(stored: Stored): Promise<{ id: string; json: Buffer }[]> {
  const repository = openRepository(stored)
  const all: { id: string; json: Buffer }[] = []
  for (const htid of await soundVolumes(repository)) {
    const { id, json, provenance } = await documentOf(repository, htid)
    all.push({ id, json: Buffer.concat([json, provenance]) })
  }
  return all
}

async function run({
  path,
  parcelBytes,
  connections,
  bytes: most = Number.POSITIVE_INFINITY,
}: Leg): Promise<LegResult> {
  const bodies = bodiesOf(parcelBytes, most)
  const pool = new Pool(new URL(order.url).origin, { connections, pipelining: 1 })
  const taken: Taken[] = []
  const before = process.cpuUsage()
  const loop = async () => {
    for (let body = bodies.shift(); body !== undefined; body = bodies.shift()) {
      const from = performance.now()
      await send(pool, path, body)
      taken.push({ from, at: performance.now(), bytes: body.bytes })
    }
  }
  await Promise.all(Array.from({ length: connections }, loop))
  const { user, system } = process.cpuUsage(before)
  await pool.close()
  const bytes = taken.reduce((sum, each) => sum + each.bytes, 0)
  return { rate: rateAfter(order.warmUp, taken), bytes, cpu: (user + system) / bytes }
}

/** Full when the next document would make it larger. */
function bodiesOf(parcelBytes: number, most: number): Body[] {
  const bodies: Body[] = []
  let group: typeof documents = []
  let bytes = 0
  const end = () => {
    if (group.length > 0) bodies.push({ parts: partsOf(group), bytes })
    group = []
    bytes = 0
  }
  let sum = 0
  for (const document of documents) {
    sum += document.json.length
    if (sum > most) break
    if (bytes + document.json.length > parcelBytes) end()
    group.push(document)
    bytes += document.json.length
  }
  end()
  return bodies
}

function partsOf(group: typeof documents): Buffer[] {
  if (order.format === 'solr') {
    const parts = group.flatMap(({ json }, place) => [Buffer.from(place === 0 ? '[' : ','), json])
    return [Buffer.concat([...parts, Buffer.from(']')])]
  }
  const head = ({ id }: { id: string }) =>
    Buffer.from(`{"index":{"_id":${JSON.stringify(id)},"version":1,"version_type":"external_gte"}}\n`)
  return [Buffer.concat(group.flatMap((document) => [head(document), document.json, Buffer.from('\n')]))]
}

async function send(pool: Pool, path: string, { parts }: Body): Promise<void> {
  const type = order.format === 'solr' ? 'application/json' : 'application/x-ndjson'
  for (;;) {
    const answer = await pool.request({
      method: 'POST',
      path,
      headers: { 'content-type': type },
      body: parts[0] as Buffer,
      headersTimeout: 300_000,
    })
    const text = await answer.body.text()
    if (answer.statusCode === 200 && !text.includes('"error"')) return
    // every loader waits where it is asked to
    if (answer.statusCode !== 429) throw new Error(`${answer.statusCode}: ${text.slice(0, 500)}`)
    await pause(250)
  }
}
