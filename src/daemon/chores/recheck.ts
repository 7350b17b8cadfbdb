import { asSlipError, type SlipError } from '../../errors/slip-error.ts'
import type { EventBus } from '../../events/bus.ts'
import type { Engine } from '../../shards/engine.ts'
import type { Connection } from '../../state/connection.ts'
import type { Target } from '../../state/control/target.ts'
import { type Answer, applyAnswers, dueQuestions, type Question } from '../../state/queue/recheck.ts'
import { hostName } from '../identity.ts'
import { tellAway } from './ask-each.ts'
import type { Chore } from './chore.ts'

const page = 500

/** Asks the engine of a target about what could not be sure, a page every ten seconds. It makes work, so it rests in a pause. */
export function recheckChore(
  { db, engine, target }: { readonly db: Connection; readonly engine: Engine; readonly target: Target },
  bus: EventBus,
): Chore {
  const { name } = target
  const chore = `recheck:${name}`
  return {
    name: chore,
    periodMs: 10_000,
    restsIn: (pauses) => pauses.ofProcess('index', hostName) !== undefined || pauses.target(name),
    look: async () => {
      const questions = await dueQuestions(db, name, page)
      if (questions.length === 0) return null
      const { answers, unanswered, away } = await ask(engine, questions)
      tellAway(bus, { chore, target: name }, away)
      return async (tx) => {
        const { right, wrong } = await applyAnswers(tx, target, answers, unanswered)
        if (wrong.length > 0) bus.emit('recheck.wrong', { target: name, items: wrong.length, first: wrong[0] ?? '' })
        return right.length + wrong.length
      }
    },
  }
}

/**
 * Shard by shard. One that is away holds no other up, and its questions are put off even where none answers: a page full of
 * them would be the oldest for ever. An item without a shard was never sent to one.
 */
async function ask(engine: Engine, questions: readonly Question[]) {
  const answers: Answer[] = []
  const unanswered: Question[] = []
  const away = new Map<number, SlipError>()
  for (const [shard, group] of Map.groupBy(questions, ({ ledger }) => ledger?.shard ?? 0)) {
    try {
      const held =
        shard === 0
          ? []
          : await engine.get(
              shard,
              group.map(({ htid }) => htid),
            )
      const found = new Map(held.map((document) => [document.id, document]))
      answers.push(...group.map((question) => ({ ...question, found: found.get(question.htid) ?? null })))
    } catch (thrown) {
      const error = asSlipError(thrown)
      if (error.class !== 'environment') throw error
      away.set(shard, error)
      unanswered.push(...group)
    }
  }
  return { answers, unanswered, away }
}
