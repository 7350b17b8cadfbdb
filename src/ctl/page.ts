import { manual } from './manual.ts'
import { helpOf } from './parser.ts'

const width = 100

/** docs/slipctl.md: what `--help` prints, command by command. */
export async function slipctlPage(): Promise<string> {
  const parts: string[] = []
  for (const words of pages()) {
    const heading = words.length === 0 ? 'slipctl' : words.join(' ')
    parts.push(`## ${heading}\n\n\`\`\`text\n${await helpOf(words, width)}\n\`\`\`\n`)
  }
  return `<!-- Generated from src/ctl/manual.ts: npm run generate -->
# slipctl

The command for operators. Each section is what \`slipctl COMMAND --help\` prints. Errors are told on standard error as
\`slipctl: CODE: message\` with what to do below; [errors.md](errors.md) lists the codes. With \`--json\` every answer is JSON
on standard output, and so is an error: [json.md](json.md) has the shape of each.

${parts.join('\n')}`
}

/** The words of every help page, in the order of the manual, each group before its members. */
export function pages(): string[][] {
  const found: string[][] = [[]]
  for (const { name } of manual) {
    const [group = '', member] = name.split(' ')
    if (member !== undefined && !found.some((words) => words.join(' ') === group)) found.push([group])
    found.push(member === undefined ? [group] : [group, member])
  }
  return found
}
