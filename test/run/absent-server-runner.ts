import { type RunnerTestSuite, TestRunner, test } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Why the tests of this suite were skipped: the server they need cannot be had. */
    absent?: string
  }
}

/**
 * Makes a skip of a server that cannot be had: a file that asks for it while it is imported, or a suite that does so in
 * beforeAll, is skipped with the reason. Vitest itself can skip only what a test asks for.
 */
export default class AbsentServerRunner extends TestRunner {
  override async importFile(...args: Parameters<TestRunner['importFile']>): Promise<unknown> {
    try {
      return await super.importFile(...args)
    } catch (error) {
      if (!isAbsence(error)) throw error
      return test('all of this file', ({ skip }) => skip(error.message))
    }
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    const [error, ...others] = suite.result?.errors ?? []
    if (suite.result !== undefined && others.length === 0 && isAbsence(error)) {
      suite.result.state = 'skip'
      delete suite.result.errors
      suite.meta.absent = error.message
    }
    await super.onAfterRunSuite(suite)
  }
}

/** By name: errors of hooks come as plain objects. */
const isAbsence = (error: unknown): error is { message: string } =>
  (error as { name?: string } | undefined)?.name === 'ServerAbsent'
