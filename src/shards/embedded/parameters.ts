import { type Filter, numberFields } from '../search/scope.ts'

/** The values of a statement, each named where it is written. */
export class Parameters {
  readonly values: unknown[] = []

  /** How the statement names a value. */
  of(value: unknown): string {
    return `$${this.values.push(value)}`
  }
}

/** True for a row of table `document` that meets all filters. */
export function meets(filters: readonly Filter[] | undefined, parameters: Parameters): string {
  return ['true', ...(filters ?? []).map((filter) => meetsOne(filter, parameters))].join(' AND ')
}

function meetsOne({ field, values }: Filter, parameters: Parameters): string {
  const isNumber = numberFields.includes(field)
  const literals = values.map((value) => (isNumber ? String(Number(value)) : JSON.stringify(value)))
  return `document.fields -> ${parameters.of(field)}::text @> ANY (${parameters.of(literals)}::jsonb[])`
}
