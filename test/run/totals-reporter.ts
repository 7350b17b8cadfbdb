import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node'

/**
 * Prints what vitest does not: every skipped test with its reason, the ten slowest files, totals of each engine, and the closing line
 * `N passed, N failed, N skipped`, in which a file that cannot be imported, a failing hook and an unhandled error each
 * count as one failed.
 */
export class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const skipped = tests.filter((test) => test.result().state === 'skipped')
    for (const test of skipped)
      console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}${reasonOf(test)}`)

    const slowest = modules
      .map((module) => ({ name: module.relativeModuleId, ms: durationOf(module) }))
      .sort((a, b) => b.ms - a.ms)
    console.log('slowest files:')
    for (const { name, ms } of slowest.slice(0, 10)) console.log(`  ${(ms / 1000).toFixed(1).padStart(5)} s  ${name}`)

    for (const line of [...byEngine(tests), ...byProject(tests)]) console.log(line)
    const passed = tests.filter((test) => test.result().state === 'passed').length
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()])
    const failed =
      tests.filter((test) => test.result().state === 'failed').length +
      suites.filter((suite) => suite.errors().length > 0).length +
      unhandled.length
    console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
  }
}

function reasonOf(test: TestCase): string {
  const result = test.result()
  const note = result.state === 'skipped' ? (result.note ?? absenceIn(test.parent)) : undefined
  return note ? ` (${note})` : ''
}

/** The server that the suite, or one around it, asked for in vain. */
function absenceIn(suite: TestSuite | TestModule): string | undefined {
  return suite.meta().absent ?? (suite.type === 'suite' ? absenceIn(suite.parent) : undefined)
}

function durationOf(module: TestModule): number {
  const { setupDuration, collectDuration, duration } = module.diagnostic()
  return setupDuration + collectDuration + duration
}

/** A line for each project, where there are several: which server of the state database they ran on. */
function byProject(tests: readonly TestCase[]): string[] {
  const projects = Map.groupBy(tests, (test) => test.project.name)
  if (projects.size < 2) return []
  return [...projects].map(([name, own]) => `on ${name}: ${totalsOf(own)}`)
}

/** A line for each engine whose contract was tested. */
function byEngine(tests: readonly TestCase[]): string[] {
  const engines = Map.groupBy(tests, ({ parent }) => engineIn(parent))
  engines.delete(undefined)
  return [...engines].map(([name, own]) => `${name}: ${totalsOf(own)}`).sort()
}

/** `engine contract: NAME`, of the suite or one around it. */
function engineIn(suite: TestSuite | TestModule): string | undefined {
  if (suite.type !== 'suite') return undefined
  return suite.name.startsWith('engine contract: ') ? suite.name : engineIn(suite.parent)
}

function totalsOf(tests: readonly TestCase[]): string {
  const count = (state: string) => tests.filter((test) => test.result().state === state).length
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`
}
