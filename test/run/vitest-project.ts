import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { runNode } from '../bin/run-node.ts'
import { root } from '../checks/run-tool.ts'

export interface ProjectRun {
  readonly code: number | null
  /** What it printed, line by line. */
  readonly lines: string[]
}

/**
 * Runs vitest as this project does on files of its own; `{root}` in them is the folder of the checkout.
 * @param variables of the environment, in which CI is not set unless here
 */
export async function runProject(
  files: Record<string, string>,
  variables: Record<string, string> = {},
): Promise<ProjectRun> {
  const folder = mkdtempSync(join(tmpdir(), 'slip-vitest-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    `import { TotalsReporter } from '${root}/test/run/totals-reporter.ts'
     export default { test: {
       globalSetup: ['${root}/test/services/global-setup.ts'],
       runner: '${root}/test/run/absent-server-runner.ts',
       reporters: [new TotalsReporter()],
     } }`,
  )
  for (const [name, text] of Object.entries(files)) {
    const imports = `import { beforeAll, describe, expect, test } from 'vitest'\n`
    writeFileSync(join(folder, name), imports + text.replaceAll('{root}', root))
  }
  const { CI: _, ...env } = process.env
  const ended = await runNode([join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder], {
    cwd: folder,
    env: { ...env, ...variables },
  })
  return { code: ended.code, lines: ended.out.trim().split('\n') }
}
