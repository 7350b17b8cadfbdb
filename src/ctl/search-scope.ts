import { suggestion } from '../errors/nearest.ts'
import { SlipError } from '../errors/slip-error.ts'
import { type Filter, filterFields, numberFields, type Scope, searchedFields } from '../shards/search/scope.ts'

/** What a person typed of where to search. Throws USAGE. */
export function searchScope(field: string | undefined, filters: readonly string[]): Scope {
  if (field !== undefined && !searchedFields.includes(field))
    throw usage(`--field ${field} is not a field that can be searched${suggestion(field, searchedFields)}`)
  const read = filters.map(filterOf)
  const byField = Map.groupBy(read, (filter) => filter.field)
  return {
    ...(field === undefined ? {} : { field }),
    filters: [...byField].map(([name, all]): Filter => ({ field: name, values: all.map(({ value }) => value) })),
  }
}

function filterOf(typed: string): { field: string; value: string } {
  const colon = typed.indexOf(':')
  const [field, value] = [typed.slice(0, Math.max(colon, 0)), typed.slice(colon + 1)]
  if (field === '' || value === '') throw usage(`--filter is FIELD:VALUE, such as language:English, and not ${typed}`)
  if (!filterFields.includes(field)) {
    const instead = searchedFields.includes(field)
      ? '; to look for words in it: --field'
      : suggestion(field, filterFields)
    throw usage(`--filter: the values of ${field} are not matched as they are${instead}`)
  }
  const isWrong = numberFields.includes(field) && !(/^-?\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value)))
  if (isWrong) throw usage(`--filter: ${field} is a number, and not ${value}`)
  return { field, value }
}

const usage = (message: string) => new SlipError('USAGE', message)
