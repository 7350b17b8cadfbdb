import { SlipError } from '../../errors/slip-error.ts'
import { type ItemReport, itemReport } from '../../state/audit/item.ts'
import type { Session } from '../command.ts'
import { errorBlock, errorData } from '../error-text.ts'
import { oneId } from '../item-ids.ts'
import { jsonRow } from '../json-text.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { moment, plural, size } from '../units.ts'

interface Arguments extends Session {
  readonly id: string
}

export async function run(args: Arguments): Promise<number> {
  const htid = oneId(args.id)
  return withState(args, async ({ db }) => {
    const report = await itemReport(db, htid)
    const { rights, queue, indexed, errors } = report
    if (rights === null && queue.length + indexed.length + errors.length === 0) {
      throw new SlipError('NOT_FOUND', `nothing is known of ${htid}`, { place: { htid } })
    }
    const data = {
      ...report,
      rights: rights === null ? null : jsonRow(rights),
      queue: queue.map(jsonRow),
      indexed: indexed.map(jsonRow),
      errors: errors.map(errorData),
    }
    print(args, data, () => itemText(report, args))
    return 0
  })
}

function itemText(report: ItemReport, session: Session): string {
  const { htid, queue, indexed, errors } = report
  return [
    htid,
    rightsText(report),
    ...(queue.length === 0 ? ['queue   not queued'] : queue.map(queueText)),
    ...(indexed.length === 0 ? ['ledger  never indexed'] : indexed.map(ledgerText)),
    ...(errors.length === 0
      ? ['errors  none ever']
      : ['errors', ...errors.map((row) => errorBlock(row, session).replace(/^/gm, '  '))]),
  ].join('\n')
}

function rightsText({ rights }: ItemReport): string {
  if (rights === null) return 'rights  no row'
  const parts = [
    `attr ${rights.attr ?? 'unknown'}`,
    rights.reason && `reason ${rights.reason}`,
    rights.source && `source ${rights.source}`,
    rights.record_id ? `record ${rights.record_id}` : 'no record',
    `rev ${rights.rev}`,
    `since ${moment(rights.insert_time)} UTC`,
    rights.withdrawn_at && `withdrawn ${moment(rights.withdrawn_at)} UTC`,
  ]
  return `rights  ${parts.filter((part) => part).join(', ')}`
}

function queueText(row: ItemReport['queue'][number]): string {
  const parts = [
    `to ${row.action} rev ${row.rev}`,
    `gen ${row.gen}`,
    `lane ${row.lane_name}`,
    row.shard > 0 && `shard ${row.shard}`,
    `since ${moment(row.enqueued_at)} UTC (${row.reason})`,
    row.attempts > 0 && plural(row.attempts, 'attempt'),
    row.strikes > 0 && plural(row.strikes, 'strike'),
    row.refusals > 0 && plural(row.refusals, 'refusal'),
    row.lease_until && `held by ${row.host} pid ${row.pid} until ${moment(row.lease_until)} UTC`,
    row.available_at && `due ${moment(row.available_at)} UTC`,
    row.last_error && `after ${row.last_error}`,
  ]
  return `queue   ${row.target}: ${row.state_name}, ${parts.filter((part) => part).join(', ')}`
}

function ledgerText(row: ItemReport['indexed'][number]): string {
  const shard = row.shard > 0 ? `shard ${row.shard}` : 'no shard yet'
  if (row.rev === 0) return `ledger  ${row.target}: never indexed, ${shard}`
  const content =
    row.presence === 'indexed' &&
    `${plural(row.pages ?? 0, 'page')} (${row.read_pages} read, ${row.empty_pages} empty), ${size(row.bytes ?? 0)}, ${plural(row.invalid_bytes ?? 0, 'invalid byte')}, digest ${row.digest}`
  const parts = [
    row.presence,
    shard,
    `rev ${row.rev}`,
    content,
    `${moment(row.time)} UTC`,
    row.host && `by ${row.host}`,
    row.code_version && `release ${row.code_version}`,
    `${row.indexed_ct}× indexed`,
  ]
  return `ledger  ${row.target}: ${parts.filter((part) => part).join(', ')}`
}
