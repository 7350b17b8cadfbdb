import { styleText } from 'node:util'
import { openTargetEngine } from '../../daemon/engines.ts'
import { SlipError } from '../../errors/slip-error.ts'
import type { PageHit, SearchAnswer, SearchHit } from '../../shards/engine.ts'
import type { Session } from '../command.ts'
import { pagesOfHits } from '../hit-pages.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { searchScope } from '../search-scope.ts'
import { oneTarget } from '../targets.ts'
import { plural } from '../units.ts'

interface Arguments extends Session {
  readonly words?: readonly string[]
  readonly field?: string
  readonly filter?: readonly string[]
  readonly limit: number
  readonly pages: number
  readonly target?: string
}

export async function run(args: Arguments): Promise<number> {
  const limits = { limit: whole('limit', args.limit, 1, 1_000), pagesPerHit: whole('pages', args.pages, 0, 100) }
  const scope = searchScope(args.field, args.filter ?? [])
  const query = (args.words ?? []).join(' ')
  if (query === '' && args.filter === undefined) throw new SlipError('USAGE', 'name words to look for, or a --filter')
  return withState(args, async ({ config, state, db }) => {
    const target = await oneTarget(db, config, args.target)
    const { engine, close } = await openTargetEngine(config, state, target)
    let pagesMissing: string | undefined
    const pagesOf = pagesOfHits(config, (reason) => {
      pagesMissing = reason
    })
    try {
      const answer = await engine.search(query, { ...limits, ...scope, pagesOf })
      print(args, { target, query, ...scope, ...answer, pagesMissing }, () => answerText(answer))
      return 0
    } finally {
      await close()
    }
  })
}

function whole(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new SlipError('USAGE', `--${option} is a whole number from ${least} to ${most}`)
}

function answerText({ total, hits }: SearchAnswer): string {
  if (total === 0) return 'no hits'
  const shown = hits.length < total ? `${hits.length} of ${plural(total, 'item')}` : plural(total, 'item')
  return [shown, ...hits.map(hitText)].join('\n\n')
}

function hitText(hit: SearchHit): string {
  const title = [hit.title ?? 'without title', hit.author, hit.publishDate].filter((part) => part !== null).join(' · ')
  return [styled(title), `  ${hit.id}`, ...hit.pages.map((page) => `  ${pageText(page)}`)].join('\n')
}

function pageText({ order, label, snippet }: PageHit): string {
  const text = snippet.replace(/\s+/g, ' ').replace(/<em>(.*?)<\/em>/g, (_, match: string) => styled(match))
  return `page ${label ?? '–'} (image ${order}): ${text}`
}

/** Bold on a terminal, plain elsewhere. */
const styled = (text: string): string => styleText('bold', text, { stream: process.stdout })
