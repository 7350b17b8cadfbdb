import { userInfo } from 'node:os'
import { hostName } from '../daemon/identity.ts'

/** Who calls, for what the tables remember of people: `user@host`. */
export const person = (): string => `${userInfo().username}@${hostName}`
