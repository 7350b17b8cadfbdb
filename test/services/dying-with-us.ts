/** What every process we start is started by: it dies with us, however we die. */
export const dyingWithUs = ['setpriv', '--pdeathsig', 'KILL'] as const
