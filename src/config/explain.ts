import type { z } from 'zod'
import { suggestion } from '../errors/nearest.ts'
import { keysAt } from './keys.ts'

export interface Finding {
  readonly line: number
  readonly message: string
}

/** What zod found, as sentences: key, what is wrong, the nearest known key, the line. */
export function explain(issues: z.core.$ZodIssue[], lineOf: (path: readonly PropertyKey[]) => number): Finding[] {
  return issues.flatMap((issue): Finding[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        line: lineOf([...issue.path, key]),
        message: `${[...issue.path, key].join('.')}: unknown key${suggestion(key, keysAt(issue.path))}`,
      }))
    }
    const where = issue.path.join('.') || 'configuration'
    return [{ line: lineOf(issue.path), message: `${where}: ${sentence(issue)}` }]
  })
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) return `is required (${issue.expected})`
  if (issue.code === 'invalid_key') return `must be ${issue.issues[0]?.message ?? 'another name'}`
  const [, words] = choice.exec(issue.message) ?? []
  if (words !== undefined)
    return `must be one of ${words
      .replaceAll(/["']/g, '')
      .split(/ ?\| ?/)
      .join(', ')}`
  return issue.message.replace(/^Invalid input: /, '')
}

/** zod's own words for a value that is none of those known, of `engine` and `kind`, or of another key. */
const choice = /^(?:Invalid discriminator value\. Expected|Invalid option: expected one of) (.+)$/
