import { spreadText } from './runner/lines.ts'
import { commitLine, machineLine, versionsLine } from './runner/machine.ts'
import { type Result, recorded } from './runner/results.ts'

/** docs/performance.md, from what `npm run bench -- NAME --record` wrote. */
export function performancePage(): string {
  return `<!-- Generated from bench/results/*.json by bench/page.ts. -->
# Performance

Each figure is the median of alternating runs, ours and a peer in the same run; in brackets the smallest
and the largest. A warm-up run is thrown away, or the first bytes of each run are not counted. The peer is measured anew each time, so the ratio can be compared between machines and the values cannot.
\`npm run bench\` lists the benchmarks, \`npm run bench -- NAME\` runs one, \`--scale large\` with the tables of a
large library where it has them, \`--part\` a part of it alone; \`--record\` writes what this page is made of.
${recorded().map(section).join('')}`
}

function section({ bench, description, machine, figures }: Result): string {
  const rows = figures.map(({ name, value, unit, against, againstValue, ratio, goal, met, runs }) => {
    const ours = `${value} (${spreadText(runs.ours)})`
    const theirs = `${againstValue} (${spreadText(runs.against)})`
    const cells = [name, unit, ours, `${against}: ${theirs}`, ratio, goal, met ? 'yes' : 'no', runs.ours.length]
    return `| ${cells.join(' | ')} |`
  })
  return `
## ${bench}

${description}

| figure | unit | ours | against | ratio | goal | met | runs |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

Machine: ${machineLine(machine)}. Versions: ${versionsLine(machine)}. Commit: ${commitLine(machine)}.
`
}
