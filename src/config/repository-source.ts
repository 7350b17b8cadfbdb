import { z } from 'zod'
import { duration } from './duration.ts'

/** A source of kind repository. */
export const repositorySource = z.strictObject({
  kind: z
    .literal('repository')
    .describe('Items found in the repository, and those whose METS file or pages were written again.'),
  items: z
    .enum(['all', 'known'])
    .default('all')
    .describe(
      'all: every item found there is taken in, once an hour; known: only those that another source has named are looked at.',
    ),
  ingested: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      'Files or glob patterns, relative to the configuration file: lists of items that were ingested, one id a line, # begins a comment; .gz too. A listed item whose METS file or pages are not what they were is indexed again.',
    ),
  compare: duration('1d').describe(
    'How long after one comparison of the METS files and pages of all items with those last seen the next begins.',
  ),
})
