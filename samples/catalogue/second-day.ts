import { type RecordSource, record } from './record-source.ts'
import { records } from './records.ts'

const known = (item: string): RecordSource => records.find((source) => source.items.includes(item))!

/** What the catalogue sends on day 2, in the order of its file. */
export const secondDayRecords: readonly RecordSource[] = [
  known('demo1.30000000000011'),
  { ...known('demo1.moved_day2'), items: ['demo1.stays_day2'] },
  record(
    'english',
    'Further letters from the salt road',
    'Marlow, Judith, 1845-1917',
    ['Chester', 'enk', 'Deva Press', 1883],
    ['Roads', 'Salt'],
    ['demo1.moved_day2'],
  ),
  { ...known('demo1.title_day2'), title: 'A tour of the northern islands' },
  known('demo1.rescanned_day2'),
  record(
    'english',
    'The pressed flower book',
    'Harrowby, Edith, 1841-1909',
    ['London', 'enk', 'Tilling & Crane', 1888],
    ['Flowers'],
    ['demo1.new_day2'],
  ),
]

/** Records gone on day 2. */
export const deletedRecords: readonly string[] = [known('demo1.withdrawn_day2').id]

/** The record as it is at the end of day 2, of an item. */
export function finalRecordOf(item: string): RecordSource {
  return secondDayRecords.find((source) => source.items.includes(item)) ?? known(item)
}
