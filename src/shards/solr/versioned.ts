import { z } from 'zod'
import { contentOf } from './answers.ts'
import type { CorePlace } from './core.ts'
import { answerOf, formBody } from './request.ts'

/** A document with the version Solr gave it, on condition of which it can be written over. */
export interface Versioned<T> {
  readonly doc: T
  /** As text, for it has more digits than a number of JavaScript. */
  readonly version: string
}

/** Reads a document by key with these fields of it; null when there is none. Throws what Solr or the connection does. */
export async function readVersioned<Shape extends z.ZodRawShape>(
  core: CorePlace,
  id: string,
  fields: z.ZodObject<Shape>,
): Promise<Versioned<z.infer<typeof fields>> | null> {
  const asked = {
    id,
    fl: `${Object.keys(fields.shape)},_version_`,
    distrib: 'false',
    wt: 'json',
    expandMacros: 'false',
  }
  const answer = await answerOf(core, { path: '/get', ...formBody(Object.entries(asked)) })
  const { doc } = contentOf(answer, z.object({ doc: fields.nullable() }))
  const version = /"_version_":\s*(\d+)/.exec(answer.body.toString())?.[1]
  return doc === null || version === undefined ? null : { doc, version }
}
